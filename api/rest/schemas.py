"""What answers look like, for the description of the API. The numbers of the examples are those of `tanmai demo`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from api.problems import MEDIA_TYPE, TYPE


class _Open(BaseModel):
    """An answer of which the most used members are described; it has further ones."""

    model_config = ConfigDict(extra="allow")


class Named(_Open):
    """A node with its names. 节点及其名称。"""

    iri: str = Field(examples=["https://w3id.org/tanmai/demo/ingot-coal"])
    name_en: str | None = Field(None, description="Name in English. 英文名称。")
    name_zh: str | None = Field(None, description="Name in Chinese. 中文名称。")
    symbol: str | None = Field(None, description="Symbol, of a unit. 单位符号。")


class Total(BaseModel):
    """A number with a rigorous bound of its numerical error. 数值及其严格误差界。"""

    value: float
    unit: str = Field(examples=["kg CO2e"])
    error_bound: float


class Made(BaseModel):
    """A process that makes a product. 生产该产品的过程。"""

    process: Named
    output: str
    unit: Named


class ProductAnswer(BaseModel):
    """A product and what makes it. 产品及其生产过程。"""

    product: Named
    made_by: list[Made]


class ProductsAnswer(BaseModel):
    """A page of products; the next one is in the Link header. 一页产品；下一页见 Link 首部。"""

    products: list[Named]


class Result(_Open):
    """A result about an amount of a product. 一定数量产品的结果。"""

    product: Named
    amount: float
    unit: Named
    settings: dict[str, Any] = Field(description="Method settings with their hash. 方法设置及其哈希值。")


class FirstTier(BaseModel):
    """The total divided between a product's own process and its exchanges. 自身过程与各直接输入的贡献。"""

    own_emissions: dict[str, float | None]
    exchanges: list[dict[str, Any]] = Field(description="Largest first, with all that is upstream. 由大到小，含上游。")
    count: int
    remainder: float = Field(description="kg CO2e of the exchanges that are not listed. 未列出各项之和。")


class Chain(BaseModel):
    """Lines that the lists of the whole chain have. 全链条明细的项数。"""

    processes: int = Field(examples=[12001])
    contributions: int
    credits: dict[str, float] = Field(description="Count, and sum in kg CO2e. 抵扣的项数与合计。")
    cutoffs: int


class FootprintAnswer(Result):
    """A footprint. With detail=full as ``tanmai footprint --json`` prints it, with detail=total without parts. 产品碳足迹。"""

    total: Total = Field(description="Biogenic CO2 apart. 不含生物源 CO2。")
    total_including_biogenic_co2: Total
    stages: list[dict[str, Any]] | None = Field(None, description="By life-cycle stage. 按生命周期阶段。")
    gases: list[dict[str, Any]] | None = Field(None, description="By gas and category. 按气体与类别。")
    first_tier: FirstTier | None = Field(
        None, description="Own emissions and direct suppliers (summary). 自身排放与直接供应方（摘要）。"
    )
    chain: Chain | None = Field(
        None, description="How much the lists of the chain hold (summary). 全链条明细的项数（摘要）。"
    )
    assumptions: list[dict[str, Any]] | None = Field(None, description="What it rests on. 所依据的假设。")


class FootprintPartAnswer(Result):
    """A page of one list behind a footprint. 碳足迹明细的一页。"""

    total: Total
    part: str = Field(examples=["credits"])
    count: int = Field(description="Lines of the whole list. 明细总行数。")
    sum: float | None = Field(description="kg CO2e of the whole list; null for cut-offs. 明细合计；舍弃项为 null。")
    first: int = Field(description="Lines on the pages before. 之前各页的行数。")
    lines: list[dict[str, Any]]


class FootprintsAnswer(BaseModel):
    """Every product with its footprint, and what is cut off. 全部产品的碳足迹及舍弃项。"""

    products: list[dict[str, Any]]
    cutoffs: list[dict[str, Any]]


class ExplainAnswer(Result):
    """The supply chain, line by line, as ``tanmai explain --json`` prints it. 逐项解释。"""

    total: Total
    root: dict[str, Any]


class ContributionsAnswer(Result):
    """A footprint divided across the chain. 贡献分析。"""

    groups: list[dict[str, Any]]


class UncertaintyAnswer(_Open):
    """How sure a footprint is. 不确定度。"""


class ComparisonAnswer(_Open):
    """Two results side by side. 两个结果的比较。"""

    comparable: bool
    differing: list[Any]


class WhatIfAnswer(Result):
    """A footprint before and after some changes. 改动前后的碳足迹。"""

    base: dict[str, Any]
    new: dict[str, Any]
    difference: dict[str, Any]


class JudgementAnswer(_Open):
    """A judgement as ``tanmai validate --json`` prints it. 校验结论。"""

    passes: bool | None = Field(None, description="Whether no must is broken. 是否无不符合项。")
    findings: list[dict[str, Any]] | None = None


class ReceiptAnswer(_Open):
    """The receipt of a submission. 提交回执。"""

    id: str
    verdict: str = Field(examples=["accepted", "rejected"])
    status: dict[str, Any]
    broken: list[dict[str, Any]] = Field(description="Requirements that are not met. 未满足的要求。")


class SubmissionsAnswer(BaseModel):
    """Submissions in short. 提交列表。"""

    submissions: list[dict[str, Any]]


class FactorsAnswer(BaseModel):
    """A page of emission factors; each member lists all values that a factor states. 一页排放因子。"""

    factors: list[dict[str, Any]]


class StandardsAnswer(BaseModel):
    """A page of standards. 一页标准。"""

    standards: list[dict[str, Any]]


class QuestionsAnswer(BaseModel):
    """Questions with their parameters. 问题及其参数。"""

    queries: list[dict[str, Any]]


class JobAnswer(_Open):
    """How a long job stands. 任务状态。"""

    id: str
    state: str = Field(examples=["running", "done", "failed"])
    stage: dict[str, str | int] = Field(
        description="What it is at: name, label, and done and of where they are known. 所处阶段。",
        examples=[{"name": "drawing", "label": "draws and solves", "done": 4000, "of": 10000}],
    )
    seconds: float = Field(description="How long it has run. 已运行秒数。")
    limit_seconds: float = Field(description="How long it may run. 时限秒数。")
    links: dict[str, str]


JOB: Final = {
    "id": "26b4f600ac124912b6a61cbe20ff296a",
    "state": "running",
    "stage": {"name": "drawing", "label": "draws and solves", "done": 4000, "of": 10000},
    "about": "GET /products/https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-coal/uncertainty",
    "seconds": 1.5,
    "limit_seconds": 900.0,
    "links": {
        "self": "/jobs/26b4f600ac124912b6a61cbe20ff296a",
        "events": "/jobs/26b4f600ac124912b6a61cbe20ff296a/events",
    },
}
"""How a long job stands, as an example."""


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457), in the language that the client accepts. 问题说明。"""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    requestId: str  # noqa: N815 - as it is written


_SAID: Final = {
    400: ("request", "The request is malformed. 请求格式有误。"),
    401: ("unauthenticated", "Say who you are. 需要身份验证。"),
    403: ("access-denied", "This is not for you. 无权访问。"),
    404: ("not-found", "There is nothing by this name. 名称不存在。"),
    406: ("not-acceptable", "No accepted format can be written. 无法提供所接受的格式。"),
    409: ("registry", "The study cannot take this step. 该研究不能执行此步骤。"),
    413: ("too-large", "The request is too large. 请求过大。"),
    415: ("media-type", "The media type is not taken here. 不支持该媒体类型。"),
    422: ("footprint", "The data or the question does not allow an answer. 数据或问题无法得出结果。"),
    429: ("too-many", "Too much at once; come back later. 请求过多，请稍后再试。"),
    503: ("busy", "Busy, or the time for an answer is over. 服务器繁忙或超时。"),
}
_COMMON: Final = (400, 401, 403, 404, 406, 422, 429, 503)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with: the common ones and these."""
    return {status: _problem(status) for status in sorted({*_COMMON, *statuses})}


def _problem(status: int) -> dict[str, Any]:
    return {"description": _SAID[status][1], "content": problem_content(status)}


def problem_content(status: int) -> dict[str, Any]:
    """A problem of this status by media type."""
    name, said = _SAID[status]
    example = {
        "type": TYPE + name,
        "title": said.partition(".")[0],
        "status": status,
        "detail": "...",
        "requestId": "...",
    }
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {MEDIA_TYPE: {"schema": schema, "example": example}}


def answers(model: type[BaseModel], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The good answer of a route that reads, with an example, and its problems."""
    return {**done(model, *statuses), 304: {"description": "The client has it already. 客户端已有该结果。"}}


def done(model: type[BaseModel], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same for a route that is sent something: its answers are not kept by clients."""
    return {200: good(model), 202: LATER, **problems(*statuses)}


def good(model: type[BaseModel], said: str = "") -> dict[str, Any]:
    """An answer with an example.

    Args:
        model: what it looks like.
        said: when it comes; else what the model says of itself.
    """
    description = said or " ".join((model.__doc__ or "").split())
    return {"model": model, "description": description, "content": {"application/json": {"example": example(model)}}}


def example(model: type[BaseModel]) -> Any:
    """An answer of a server that holds the demonstration; of each list the first item."""
    return _examples()[model.__name__]["answer"]


@cache
def _examples() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("api.rest") / "answers.json").read_text("utf-8"))
    return found


LATER: Final = {
    "description": "A long job, for Prefer: respond-async. 已转为任务（Prefer: respond-async）。",
    "content": {"application/json": {"schema": {"type": "object"}, "example": JOB}},
}
"""The answer to whoever prefers to be told at once where the answer will be."""
