"""``/exports/{format}``: the data as a file."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.negotiation import Offer
from api.rest import schemas
from api.rest.addresses import QuotedRoute
from api.rest.answering import Answered
from api.rest.parameters import STRICT
from graphstore.formats import FORMATS, TURTLE

router = APIRouter(
    prefix="/exports",
    tags=["exports 导出"],
    route_class=QuotedRoute,
    dependencies=STRICT,
    default_response_class=Response,
)

_OFFERS: Final = {each.name: Offer(each.name, each.media_type) for each in FORMATS}
_EXAMPLE: Final = '<https://w3id.org/tanmai/demo/ingot-coal> <http://www.w3.org/2000/01/rdf-schema#label> "原铝（自备燃煤电厂供电）"@zh .\n'
_ANY: Final = Offer("any", "*/*")
"""For a format that is not known, which the reader says; no Accept header refuses it before."""


@router.get(
    "/{format}",
    summary="Write the data out. 导出数据。",
    responses={
        200: {
            "description": "The statements. 陈述。",
            "content": {
                each.media_type: {"schema": {"type": "string"}, **({"example": _EXAMPLE} if each is TURTLE else {})}
                for each in FORMATS
            },
        },
        202: schemas.LATER,
        304: {"description": "The client has it already. 客户端已有该结果。"},
        **schemas.problems(429),
    },
)
async def export(
    request: Request,
    name: Annotated[
        str,
        Path(
            alias="format",
            max_length=40,
            examples=["turtle"],
            description="turtle, trig, ntriples, nquads, rdfxml, jsonld. 格式：turtle、trig、ntriples、nquads、rdfxml、jsonld。",
        ),
    ],
    dataset: Annotated[
        str | None,
        Query(max_length=500, examples=["demo-aluminium"], description="Key of one dataset; else all. 数据集。"),
    ] = None,
    graph: Annotated[
        str | None,
        Query(
            max_length=2000,
            examples=["https://w3id.org/tanmai/local/id/dataset/demo-aluminium/v1"],
            description="IRI of one graph; else all. 图。",
        ),
    ] = None,
    knowledge: Annotated[
        bool, Query(description="Also the reference knowledge that Tanmai ships. 包括自带的参考知识。")
    ] = False,
) -> Response:
    """Write the current data, as far as the caller may read them. Nothing is written on the server."""
    job = {"kind": "export", "name": name, "dataset": dataset, "graph": graph, "knowledge": knowledge}
    suffix = next((each.suffixes[0] for each in FORMATS if each.name == name), "")
    told = {"content-disposition": f'attachment; filename="tanmai{suffix}"'}
    return Answered(request, job, offers=(_OFFERS.get(name, _ANY),), told=lambda _: told)
