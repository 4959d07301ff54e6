"""The words of the commands about PACT partners, in English and Chinese."""

from __future__ import annotations

from typing import Final

PACT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "partner_added": (
        (
            "Partner {name} at {url} is known now. So that its events are taken, its client at this server has to be called "
            "{name}, too: tanmai client add {name} --role reader --role submitter ..."
        ),
        (
            "已登记伙伴 {name}（{url}）。如需接收其事件，其在本服务器的客户端也须名为 {name}："
            "tanmai client add {name} --role reader --role submitter …"
        ),
    ),
    "partner_removed": ("Partner {name} is forgotten.", "已移除伙伴 {name}。"),
    "partners_none": ("No partner is known yet: tanmai pact partner add.", "尚未登记伙伴：tanmai pact partner add。"),
    "partner_id": ("knows us as", "我方在该处的客户端"),
    "pulled_from": ("Footprints of {url}", "来自 {url} 的碳足迹"),
    "pull_new": ("new", "新增"),
    "pull_known": ("there already", "已存在"),
    "pull_deprecated": ("now deprecated", "现已弃用"),
    "pull_refused": ("REFUSED", "拒收"),
    "pull_counts": (
        "{added} new, {unchanged} there already, {deprecated} now deprecated, {refused} refused",
        "新增 {added} 条，已存在 {unchanged} 条，现已弃用 {deprecated} 条，拒收 {refused} 条",
    ),
    "pull_older": ("{count} left out, made before {day}", "{count} 条早于 {day}，未纳入"),
    "pull_use": ("usable in a supply chain as <{iri}>", "可在产品链中引用 <{iri}>"),
    "pact_asked": (
        "Request {id} was sent to {partner}. Its answer comes to this server, while that runs: tanmai pact requests",
        "已向 {partner} 发出请求 {id}。对方将在本服务器运行时回复，可用 tanmai pact requests 查看",
    ),
    "pact_announced": (
        "{partner} will be told of {count} footprint(s) by event {id}, while this server runs: tanmai pact events",
        "将以事件 {id} 告知 {partner} {count} 条碳足迹（本服务器运行时发送），可用 tanmai pact events 查看",
    ),
    "requests_none": ("Nothing was asked yet: tanmai pact request.", "尚未发出请求：tanmai pact request。"),
    "events_none": ("No event has come yet.", "尚未收到事件。"),
    "column_partner": ("partner", "伙伴"),
    "column_products": ("products", "产品"),
    "column_sent": ("sent", "发出时间"),
    "column_received": ("received", "接收时间"),
    "column_event": ("event", "事件"),
    "column_attempts": ("attempts", "尝试次数"),
    "column_state": ("state", "状态"),
    "column_note": ("note", "说明"),
    "request_open": ("open", "待回复"),
    "request_fulfilled": ("fulfilled", "已满足"),
    "request_rejected": ("rejected", "被拒绝"),
    "request_failed": ("could not be sent", "未能发出"),
    "event_created": ("asks for footprints", "请求碳足迹"),
    "event_fulfilled": ("sends what was asked for", "回复所请求的碳足迹"),
    "event_rejected": ("refuses what was asked for", "拒绝所请求的碳足迹"),
    "event_published": ("says what it published", "通知其发布的碳足迹"),
    "event_announced": ("is told what we published", "告知我方发布的碳足迹"),
    "event_waiting": ("waits", "待处理"),
    "event_done": ("done", "已处理"),
    "event_given_up": ("given up", "已放弃"),
}
"""Key to the words in English and Chinese; joined with those of the front door in `words`."""
