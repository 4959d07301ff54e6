"""``/submissions`` and ``/validate``: judging studies, handing them in, and what becomes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.access.guard import note
from api.access.principals import Principal, Role, principal_of, require
from api.errors import AccessDeniedError
from api.negotiation import GRAPHS, choose
from api.pages.forms import HTML
from api.problems import ToldError
from api.requests import body_of, require_writes, root_of
from api.rest import schemas
from api.rest.addresses import QuotedRoute
from api.rest.answering import JSON, Answered, begun, form_of, headers_of, state_of, wants_job
from api.rest.formats import DOCUMENTS
from api.rest.longjobs import Result
from api.rest.parameters import PAGED, STRICT, Day

router = APIRouter(
    tags=["submissions 提交"], route_class=QuotedRoute, dependencies=STRICT, default_response_class=Response
)

REPORTS: Final = (*JSON, *(offer for offer in GRAPHS if offer.name in {"turtle", "jsonld"}), HTML)
"""What reports are written in: ours as JSON, the W3C report as Turtle or JSON-LD, and a page for people."""

_BEGINNING: Final = """@prefix tm: <https://w3id.org/tanmai/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

# The beginning of a study; whole ones stand in examples/studies. 研究文件的开头，完整示例见 examples/studies。
<https://example.org/study> a tm:FootprintStudy ;
    rdfs:label "Footprint of aluminium ingot, 2024"@en, "铝锭产品碳足迹，2024年"@zh .
"""
_STUDY: Final = {
    "requestBody": {
        "required": True,
        "description": "A study as RDF, gzip-compressed or not; /validate also judges PACT records as JSON. "
        "研究文件（RDF，可为 gzip 压缩文件）；/validate 亦可校验 PACT 记录（JSON）。",
        "content": {
            offer.media_type: {
                "schema": {"type": "string"},
                **({"example": _BEGINNING} if offer.name == "turtle" else {}),
            }
            for offer in DOCUMENTS
        }
        | {"application/json": {"schema": {"type": "object"}}},
    }
}
_EVENT: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["status"],
                    "additionalProperties": False,
                    "properties": {
                        "status": {"type": "string", "description": "State to go to. 目标状态。"},
                        "by": {"type": "string", "description": "Who does this: name or IRI. 操作方。"},
                        "why": {"type": "string", "description": "The reason, kept with the event. 理由。"},
                        "body": {"type": "string", "description": "Verifier, for verified. 核查机构。"},
                        "level": {"type": "string", "description": "Assurance level, for verified. 保证等级。"},
                        "on": {"type": "string", "format": "date", "description": "Day, for verified. 核查完成日期。"},
                    },
                },
                "example": {"status": "under-verification", "by": "Registry", "why": "verifier appointed"},
            }
        },
    }
}

Rules = Annotated[
    list[str] | None,
    Query(
        max_length=20,
        examples=[["GB/T 44905-2024"]],
        description="Judge by this rule (number, key or IRI), not the one claimed. 评判所用规则。",
    ),
]
AsOf = Annotated[
    Day,
    Query(
        alias="as-of", examples=["2026-11-25"], description="Day for which is judged; else today. 评判所依据的日期。"
    ),
]
Name = Annotated[
    str | None,
    Query(max_length=200, description="What reports call the file. 报告中的文件名。", examples=["study.ttl"]),
]
Id = Annotated[
    str,
    Path(
        max_length=2000,
        examples=["0bfaa4e9e470"],
        description="Id of the submission (or its beginning), its checksum, or the IRI of its study, percent-encoded. 提交编号或研究 IRI。",
    ),
]


@router.post(
    "/validate",
    summary="Judge a study, store nothing. 校验研究，不存档。",
    responses=schemas.done(schemas.JudgementAnswer, 413, 415),
    dependencies=PAGED,
    openapi_extra=_STUDY,
)
async def validate(request: Request, name: Name = None, pcr: Rules = None, as_of: AsOf = None) -> Response:
    """Say what breaks which rule, where, and how to mend it. The verdict is in the answer, whose status is 200 either way."""
    body = await body_of(request, state_of(request).settings.body_bytes)
    return Answered(request, _job("validate", request, name, pcr, as_of), payload=body, offers=REPORTS)


def _job(kind: str, request: Request, name: str | None, pcr: list[str] | None, day: dt.date | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "media_type": request.headers.get("content-type", ""),
        "name": name,
        "pcr": pcr or [],
        "day": None if day is None else day.isoformat(),
    }


@router.post(
    "/submissions",
    status_code=201,
    dependencies=PAGED,
    summary="Hand in a study: judged, recomputed, kept. 提交研究：校验、复算、存档。",
    responses={
        200: schemas.good(schemas.ReceiptAnswer, "Known already, or a dry run. 已存在，或仅试算。"),
        201: schemas.good(schemas.ReceiptAnswer, "Accepted. 已通过。"),
        202: schemas.LATER,
        **schemas.problems(401, 403, 413, 415, 429),
        422: {
            "description": "Rejected and kept, with its receipt; or no submission at all, with a problem. 已退回并存档；或不能作为提交。",
            "content": {
                "application/json": {"schema": {"type": "object"}, "example": schemas.example(schemas.ReceiptAnswer)},
                **schemas.problem_content(422),
            },
        },
    },
    openapi_extra=_STUDY,
)
async def submit(
    request: Request,
    name: Name = None,
    pcr: Rules = None,
    as_of: AsOf = None,
    by: Annotated[
        str | None,
        Query(
            max_length=2000,
            examples=["Example aluminium works"],
            description="Organisation that hands it in; else the creator. 提交方。",
        ),
    ] = None,
    revises: Annotated[
        str | None,
        Query(max_length=200, examples=["0bfaa4e9e470"], description="Submission that it corrects. 所修订的提交编号。"),
    ] = None,
    dry_run: Annotated[
        bool, Query(alias="dry-run", description="Judge and recompute, keep nothing. 仅试判并复算，不存档。")
    ] = False,
) -> Response:
    """Judge and recompute a study and keep it with its bytes: 201 where it is accepted, 422 where it is rejected.

    The same bytes again change nothing; their receipt comes with 200, or with 422 where they were rejected.
    """
    asking, state = require(request, Role.SUBMITTER), state_of(request)
    job = _job("submission-trial" if dry_run else "submit", request, name, pcr, as_of)
    job |= {"by": _for(asking, by), "revises": revises}
    if dry_run:
        body = await body_of(request, state.settings.body_bytes)
        return Answered(request, job, payload=body, offers=REPORTS)
    require_writes(request, state.settings)
    offer = choose(request.headers.get("accept", "*/*"), REPORTS)
    job |= {**form_of(request, offer), "audience": asking.audience, "organisation": asking.organisation}
    body = await body_of(request, state.settings.body_bytes)

    async def handed_in(_: str = "") -> Result:
        async with state.write(job, body) as answer:
            note(request.scope, generation=answer.head["generation"])
            return _handed_in(answer.head, root_of(request, state.settings), headers_of(job))

    if wants_job(request):
        return begun(request, handed_in)
    made = await handed_in()
    return Response(made.body, made.status, dict(made.headers), made.content_type)


def _handed_in(made: Mapping[str, Any], root: str, headers: Mapping[str, str]) -> Result:
    status = 422 if made["verdict"] == "rejected" else 201 if made["new"] else 200
    told = {**headers, "location": f"{root}/submissions/{made['id']}"}
    return Result(status, told, made["type"], made["body"].encode())


def _for(asking: Principal, by: str | None) -> str | None:
    """The organisation that hands in: that of the principal, which cannot hand in for another one."""
    if asking.organisation and by not in {None, asking.organisation}:
        raise AccessDeniedError(
            f"The request is made for <{asking.organisation}>, so it cannot be made by {by!r}. Leave by out."
        )
    return asking.organisation or by


@router.get(
    "/submissions",
    summary="What was handed in. 提交列表。",
    responses=schemas.answers(schemas.SubmissionsAnswer),
)
async def submissions(
    request: Request,
    status: Annotated[
        str | None, Query(max_length=100, examples=["accepted"], description="Only those in this state. 仅列该状态。")
    ] = None,
) -> Response:
    """List submissions in the order in which they came, as far as the caller may read them."""
    return Answered(request, {"kind": "submissions", "status": status})


@router.get(
    "/submissions/{id}",
    summary="One submission with its history. 提交详情与历程。",
    responses=schemas.answers(schemas.ReceiptAnswer),
    dependencies=PAGED,
)
async def submission(request: Request, id: Id) -> Response:  # noqa: A002 - as in the address
    """Give the receipt with verifications and history; as Turtle or JSON-LD the assessment with its W3C report; as HTML a page."""
    return Answered(request, {"kind": "submission", "id": id}, offers=REPORTS)


@router.post(
    "/submissions/{id}/events",
    summary="Take a submission to another state. 变更提交状态。",
    responses=schemas.done(schemas.ReceiptAnswer, 401, 403, 409, 413),
    openapi_extra=_EVENT,
)
async def event(request: Request, id: Id) -> Response:  # noqa: A002 - as in the address
    """Change the state of a submission. Which states may follow, and who may set them, is said by the states in the graph."""
    state, asking = state_of(request), principal_of(request)
    if not asking.roles - {Role.READER}:
        require(request, Role.SUBMITTER)
    require_writes(request, state.settings)
    job: dict[str, Any] = {
        "kind": "submission-event",
        "id": id,
        "roles": _roles(asking),
        "organisation": asking.organisation,
    }
    job |= {"audience": asking.audience, "seen": await _seen(request, id)}
    async with state.write(job, await body_of(request, state.settings.query_bytes)) as answer:
        note(request.scope, generation=answer.head["generation"])
        return Response(answer.head["body"], 200, media_type=answer.head["type"])


async def _seen(request: Request, name: str) -> bool:
    """Whether who asks reads a submission at all."""
    audience = principal_of(request).audience
    if audience is None:
        return True
    try:
        async with state_of(request).read({"kind": "submission", "id": name, "format": "json"}, audience):
            return True
    except ToldError as error:
        if error.problem.kind.status == HTTPStatus.NOT_FOUND:
            return False
        raise


def _roles(asking: Principal) -> list[str]:
    return sorted(str(role) for role in Role if asking.has(role))
