"""``/factors``, ``/standards`` and ``/queries``: what the store knows beside products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.errors import RequestError
from api.negotiation import TABLES
from api.requests import only, parameters
from api.rest import schemas
from api.rest.addresses import QuotedRoute
from api.rest.answering import Answered, next_link
from api.rest.parameters import STRICT, AsPast, Past

router = APIRouter(tags=["knowledge 知识"], route_class=QuotedRoute, default_response_class=Response)

Words = Annotated[
    str | None,
    Query(max_length=200, description="Words of the name, in Chinese or English. 名称中的词。", examples=["电力"]),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many on a page. 每页数量。")]
After = Annotated[
    str | None,
    Query(
        max_length=2000,
        description="IRI of the last one of the page before. 上一页最后一项的 IRI。",
        examples=["https://w3id.org/tanmai/id/standard/ISO-14067-2018"],
    ),
]
Filter = Annotated[str | None, Query(max_length=2000)]


@router.get(
    "/factors",
    summary="Emission factors. 排放因子。",
    responses=schemas.answers(schemas.FactorsAnswer),
    dependencies=STRICT,
)
async def factors(
    request: Request,
    past: AsPast,
    q: Words = None,
    geography: Annotated[
        str | None, Query(max_length=2000, description="Code or IRI of the place. 地区代码或 IRI。", examples=["CN-GD"])
    ] = None,
    year: Annotated[
        str | None, Query(pattern=r"^[0-9]{4}$", description="Reference year. 基准年。", examples=["2024"])
    ] = None,
    kind: Annotated[
        str | None,
        Query(
            max_length=2000, description="Class of the vocabulary. 因子类别。", examples=["ElectricityFootprintFactor"]
        ),
    ] = None,
    limit: Limit = 100,
    after: After = None,
) -> Response:
    """List emission factors with what they state, by place, year, class or name."""
    filters = {"geography": geography, "year": year, "kind": kind}
    return _list(request, past, "factors", filters, (q, limit, after))


@router.get(
    "/standards",
    summary="Standards and product category rules. 标准与产品种类规则。",
    responses=schemas.answers(schemas.StandardsAnswer),
    dependencies=STRICT,
)
async def standards(
    request: Request,
    past: AsPast,
    q: Words = None,
    level: Annotated[
        str | None, Query(max_length=2000, description="Level: its key or IRI. 标准层级。", examples=["national"])
    ] = None,
    status: Annotated[
        str | None,
        Query(max_length=2000, description="Legal status: its key or IRI. 法律状态。", examples=["in-force"]),
    ] = None,
    group: Annotated[
        str | None,
        Query(max_length=2000, description="Product group: its key or IRI. 产品类别。", examples=["mobile-phone"]),
    ] = None,
    limit: Limit = 100,
    after: After = None,
) -> Response:
    """List standards with number, level, legal status and the product groups that they are for."""
    filters = {"level": level, "legalStatus": status, "productGroup": group}
    said = {"level": level, "status": status, "group": group}
    return _list(request, past, "standards", filters, (q, limit, after), said)


def _list(
    request: Request,
    past: Past,
    what: str,
    filters: Mapping[str, str | None],
    page: tuple[str | None, int, str | None],
    said: Mapping[str, str | None] | None = None,
) -> Response:
    q, limit, after = page
    stated = {**(filters if said is None else said), "q": q, "limit": limit, **_past(past)}
    chosen = {name: value for name, value in filters.items() if value is not None}
    job = {"kind": "list", "list": what, "filters": chosen, "q": q, "limit": limit, "after": after, **past.job}
    return Answered(request, job, told=next_link(request, f"/{what}", stated))


def _past(past: Past) -> dict[str, Any]:
    return {"as-of": past.as_of, "release": past.release}


@router.get(
    "/queries",
    summary="The questions that can be asked. 可提出的问题。",
    responses=schemas.answers(schemas.QuestionsAnswer),
    dependencies=STRICT,
)
async def queries() -> JSONResponse:
    """List the questions with their typed parameters and columns."""
    from graphstore import questions

    return JSONResponse({"queries": [questions.load(name).as_dict() for name in questions.names()]})


_ROWS: Final = (
    "old,new,percent,oldDocument,newDocument\r\n"
    "0.6205,0.5777,-6.897663174858984689,关于发布2023年电力碳足迹因子数据的公告,关于发布2024年电力碳足迹因子数据的公告\r\n"
)
"""What the question 04-grid-factor-change answers about 2023 and 2024."""
_VALUES: Any = {
    "parameters": [
        {
            "name": "values",
            "in": "query",
            "style": "form",
            "explode": True,
            "description": "Values of the parameters of the question, by name; see /queries. 问题的参数值。",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
            "example": {"first": "2023", "second": "2024"},
        }
    ]
}


@router.get(
    "/queries/{name}",
    summary="Ask a question. 提问。",
    responses={
        200: {
            "description": "The rows. 结果行。",
            "content": {
                offer.media_type: {"schema": {}, **({"example": _ROWS} if offer.name == "csv" else {})}
                for offer in TABLES
            },
        },
        202: schemas.LATER,
        304: {"description": "The client has it already. 客户端已有该结果。"},
        **schemas.problems(),
    },
    openapi_extra=_VALUES,
)
async def query(
    request: Request, name: Annotated[str, Path(max_length=80, examples=["04-grid-factor-change"])], past: AsPast
) -> Response:
    """Ask one of the questions, with values for its parameters. Values are terms of their type and never become query text."""
    stated = parameters(request.scope["query_string"].decode("latin-1"), "address")
    values: dict[str, str] = {}
    for key, value in stated:
        if key in {"as-of", "release"}:
            only(stated, key)
            continue
        if key in values:
            raise RequestError(f"The parameter {key} is given more than once. Give it once.")
        values[key] = value
    job = {"kind": "question", "name": name, "values": values, "accept": request.headers.get("accept", "*/*")}
    return Answered(request, job | past.job, offers=TABLES)
