"""``/health``: the server runs. ``/ready``: it can answer queries."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.access.principals import principal_of
from api.errors import BusyError
from api.state import State

router = APIRouter(tags=["operation"])


@router.get("/health", summary="Whether the server runs. 服务器是否在运行。")
async def health() -> dict[str, str]:
    """Say that the server runs, without asking the store."""
    return {"status": "ok"}


@router.get("/ready", summary="Whether the server can answer queries. 服务器能否应答查询。")
async def ready(request: Request) -> dict[str, str | int]:
    """Say which generation is served and how many readers there are.

    Raises:
        BusyError: no reader process lives.
    """
    state: State = request.app.state.tanmai
    if state.readers.living == 0:
        raise BusyError("No reader process runs. They are being started; come back later.")
    told: dict[str, str | int] = {"status": "ready", "readers": state.readers.living}
    if principal_of(request).audience is None:  # how often the whole store changes is not for everybody
        told["generation"] = state.newest()
    return told
