"""The words of the commands about clients and the audit log, in English and Chinese."""

from __future__ import annotations

from typing import Final

ACCESS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "client_key": (
        (
            "Key of {name}, shown this once:\n\n  {secret}\n\n"
            "As an API key:  Authorization: Bearer {secret}\n"
            "With OAuth 2:   client_id {name}, client_secret as above, at /auth/token"
        ),
        (
            "{name} 的密钥，仅显示这一次：\n\n  {secret}\n\n"
            "用作 API 密钥：Authorization: Bearer {secret}\n"
            "用于 OAuth 2：client_id 为 {name}，client_secret 即上述密钥，地址 /auth/token"
        ),
    ),
    "client_keys_gone": (
        "Keys of {name} revoked: {count}. Tokens that were had with them hold no longer.",
        "已吊销 {name} 的密钥 {count} 个，以其获取的令牌随之失效。",
    ),
    "client_removed": ("Client {name} removed.", "已移除客户端 {name}。"),
    "client_disabled": ("Client {name} is not let in until it is enabled again.", "客户端 {name} 已停用。"),
    "client_enabled": ("Client {name} is let in.", "客户端 {name} 已启用。"),
    "client_first": (
        "This store knows a client now: its server asks everybody else for a key, or shows them what the audience public may read.",
        "该存储现已登记客户端：其服务器将要求其他访问者提供密钥，或仅向其展示 public 受众可读的内容。",
    ),
    "clients_none": (
        "There are no clients. A server of this store is open to everybody who reaches it.",
        "尚无客户端。凡能访问该存储服务器者均可读取。",
    ),
    "watch_added": (
        (
            "{name} will be told of changes at {url} while the server runs. Its calls are signed by HMAC-SHA256 with this secret, "
            "shown once:\n\n  {secret}"
        ),
        "服务器运行期间将向 {url}（{name}）发送变更通知。请求以下列密钥作 HMAC-SHA256 签名，密钥仅显示一次：\n\n  {secret}",
    ),
    "watch_removed": ("{name} is no longer told.", "已移除通知对象 {name}。"),
    "watch_none": ("Nobody is told of changes.", "没有通知对象。"),
    "watch_failed": ("not told, attempt {count}: {message}", "通知未成功（第 {count} 次）：{message}"),
    "client_name": ("client", "客户端"),
    "client_roles": ("roles", "角色"),
    "client_audience": ("audience", "受众"),
    "client_organisation": ("organisation", "组织"),
    "client_keys": ("keys", "密钥"),
    "client_whole_store": ("whole store", "整个存储"),
    "client_off": ("disabled", "已停用"),
    "key_line": ("{id}, made {created}, {expires}, {used}", "{id}，创建于 {created}，{expires}，{used}"),
    "key_until": ("until {day}", "有效期至 {day}"),
    "key_endless": ("no end", "长期有效"),
    "key_used": ("last used {day}", "最近使用于 {day}"),
    "key_unused": ("never used", "从未使用"),
    "audit_sound": (
        "The audit log is sound: {count} records. Keep this head elsewhere: {head}",
        "审计日志完好，共 {count} 条记录。请另行保存此链头：{head}",
    ),
    "audit_nothing_old": (
        "Nothing was taken out: no file of the audit log holds only records before {day}.",
        "未移出任何记录：没有一个审计日志文件仅含 {day} 之前的记录。",
    ),
    "audit_pruned": (
        "Records {first} to {last} were taken out ({files} files). A record of the log says so.",
        "已移出第 {first} 至 {last} 条记录（{files} 个文件），并在日志中留存移出记录。",
    ),
    "audit_broken": ("The audit log is NOT sound:", "审计日志不完好："),
    "audit_place": ("{file}, line {line}: {text}", "{file} 第 {line} 行：{text}"),
    "audit_no-record": ("This line is no record.", "该行不是记录。"),
    "audit_missing": (
        "Record {record} stands where record {expected} belongs: what is between them was removed.",
        "此处应为第 {expected} 条记录，实为第 {record} 条：其间的记录已被删除。",
    ),
    "audit_misplaced": (
        "Record {record} stands where record {expected} belongs.",
        "此处应为第 {expected} 条记录，实为第 {record} 条。",
    ),
    "audit_changed": (
        "Record {record} does not follow the one before it: one of the two was changed.",
        "第 {record} 条记录与前一条不相接：两者之一已被改动。",
    ),
    "audit_other-head": (
        "Record {record} is not the one that was the last when its head was kept.",
        "第 {record} 条记录与所保存的链头不符。",
    ),
    "audit_cut-off": (
        "The log ends with record {record} and had {expected} once: its end was cut off.",
        "日志止于第 {record} 条记录，此前曾有 {expected} 条：末尾已被截断。",
    ),
    "audit_number": ("no.", "编号"),
    "audit_time": ("time", "时间"),
    "audit_who": ("who", "访问者"),
    "audit_request": ("request", "请求"),
    "audit_status": ("status", "状态码"),
    "audit_seconds": ("seconds", "耗时（秒）"),
    "audit_empty": ("The audit log is empty.", "审计日志为空。"),
}
