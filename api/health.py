"""``/health``: the server runs. ``/ready``: it can answer queries. ``/metrics``: how it does, for administrators."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.access.principals import OWNER, Role, require
from api.errors import AccessDeniedError, BusyError
from api.metrics import CONTENT_TYPE, age_of
from api.proxies import from_this_machine
from api.state import State

router = APIRouter(tags=["operation"])

READY_SECONDS: Final = 3.0
"""Longest time in which a reader has to answer for the server to be called ready."""


_PROBLEM: Final = {
    "description": "It cannot. 不能应答。",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
}


def _answer(said: str, example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": said, "content": {"application/json": {"example": example}}}}


@router.get(
    "/health",
    summary="Whether the server runs. 服务器是否在运行。",
    responses=_answer("It runs. 正在运行。", {"status": "ok"}),
)
async def health() -> dict[str, str]:
    """Say that the server runs, without asking the store."""
    return {"status": "ok"}


@router.get(
    "/ready",
    summary="Whether the server can answer queries. 服务器能否应答查询。",
    responses={**_answer("It can. 可以应答。", {"status": "ready", "readers": 3}), 503: _PROBLEM},
)
async def ready(request: Request) -> dict[str, str | int]:
    """Have a reader open the newest generation, and say which it is.

    Raises:
        BusyError: no reader answers.
        ReaderDiedError: there is no generation, or it cannot be opened.
    """
    state: State = request.app.state.tanmai
    try:
        async with asyncio.timeout(READY_SECONDS), state.read({"kind": "probe"}) as answer:
            generation = str(answer.head["generation"] or "")
    except TimeoutError:
        raise BusyError("No reader answered in time. Come back later.") from None
    told: dict[str, str | int] = {"status": "ready", "readers": state.readers.living}
    if from_this_machine(request.scope, request.headers):  # how often the store changes is not for everybody
        told["generation"] = generation
    return told


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """The figures of the server, for administrators and for processes of this machine.

    Raises:
        UnauthenticatedError, AccessDeniedError: somebody else asks.
    """
    if not from_this_machine(request.scope, request.headers) and require(request, Role.ADMIN) is OWNER:
        raise AccessDeniedError(
            "This server knows no clients, so nobody proves to be an admin: its figures are for processes of this machine. Ask from "
            "there, or add clients (tanmai client add)."
        )
    state: State = request.app.state.tanmai
    gauges = state.gauges()
    if state.generations is not None:
        gauges |= age_of(state.generations.get(state.newest()).created.timestamp())
    return Response(state.metrics.text(gauges), media_type=None, headers={"content-type": CONTENT_TYPE})
