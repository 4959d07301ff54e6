"""``/jobs``: following answers that take long, and fetching them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from api.errors import JobRunsError
from api.problems import ToldError
from api.requests import language_of
from api.rest import schemas
from api.rest.answering import owner_of, state_of
from api.rest.books import Entry
from api.rest.longjobs import LongJobs, told
from api.rest.parameters import STRICT

router = APIRouter(prefix="/jobs", tags=["jobs 任务"], dependencies=STRICT, default_response_class=Response)

_JOB: Final = {
    200: {
        "model": schemas.JobAnswer,
        "description": "How it stands. 任务状态。",
        "content": {"application/json": {"example": schemas.JOB}},
    },
    **schemas.problems(),
}
_EVENTS: Final = f"event: running\ndata: {json.dumps(schemas.JOB)}\n\n"
Id = Annotated[
    str, Path(max_length=100, description="Id of the job, from its Location. 任务编号。", examples=[schemas.JOB["id"]])
]


def _found(request: Request, name: str) -> tuple[LongJobs, Entry]:
    jobs = state_of(request).jobs
    return jobs, jobs.find(owner_of(request), name)


def _standing(request: Request, jobs: LongJobs, entry: Entry) -> dict[str, Any]:
    """How a job stands; of a failed one with the problem."""
    lang = language_of(request)
    standing = told(entry, jobs.settings, lang)
    if entry.problem is not None:
        said = request.app.state.translate(entry.problem.detail, lang)
        standing["problem"] = entry.problem.body(lang, said, request.scope["tanmai.request"])
    return standing


@router.get("/{id}", summary="How a job stands. 任务状态。", responses=_JOB)
async def job(request: Request, id: Id) -> Response:  # noqa: A002 - as in the address
    """Say whether a job runs, what it is at, how long it has, and where its result is; of a failed one, the problem."""
    jobs, found = _found(request, id)
    headers = {"cache-control": "no-store"} | ({"retry-after": "1"} if found.state == "running" else {})
    return JSONResponse(_standing(request, jobs, found), headers=headers)


@router.get(
    "/{id}/result",
    summary="The result of a job. 任务结果。",
    responses={
        200: {
            "description": "As the request would have been answered. 与同步应答相同。",
            "content": {"application/json": {"schema": {}, "example": schemas.example(schemas.FootprintsAnswer)}},
        },
        **schemas.problems(409),
    },
)
async def result(request: Request, id: Id) -> Response:  # noqa: A002 - as in the address
    """Give the answer that the request would have had."""
    jobs, found = _found(request, id)
    if found.problem is not None:
        raise ToldError(found.problem)
    if found.ended is None:
        raise JobRunsError("The job still runs. Follow it at its address, or by its events.")
    made = found.made
    headers = {**made["headers"], "cache-control": "no-store"}
    return Response(await jobs.body(found), made["status"], headers, made["content_type"])


@router.get(
    "/{id}/events",
    summary="Server-sent events of a job. 任务事件流。",
    responses={
        200: {
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENTS}},
            "description": "Events. 事件。",
        },
        **schemas.problems(),
    },
)
async def events(request: Request, id: Id) -> Response:  # noqa: A002 - as in the address
    """Say how a job stands when that changes, and once a second, until it ends. With curl: ``curl -N``."""
    jobs, found = _found(request, id)

    async def written() -> AsyncIterator[str]:
        async for entry in jobs.follow(found.owner, found.id):
            standing = json.dumps(_standing(request, jobs, entry), ensure_ascii=False)
            yield f"event: {entry.state}\ndata: {standing}\n\n"

    headers = {
        "cache-control": "no-store",
        "x-accel-buffering": "no",
    }  # a proxy that collects answers would hold it back
    return StreamingResponse(written(), headers=headers, media_type="text/event-stream")


@router.delete(
    "/{id}",
    status_code=204,
    summary="End and forget a job. 终止并删除任务。",
    responses={204: {"description": "It is gone. 已删除。"}, **schemas.problems()},
)
async def delete(request: Request, id: Id) -> Response:  # noqa: A002 - as in the address
    """Kill a job that runs, and let go of its result."""
    jobs, found = _found(request, id)
    await jobs.drop(found.id)
    return Response(status_code=204)
