"""Errors under ``/3`` as PACT words them: a code and a message, in place of a problem document."""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse

from api.errors import InsecureError
from api.problems import Problem

PREFIX: Final = "/3/"
_SECRET: Final = (PREFIX, "/auth/")
"""Addresses at which footprints or secrets are exchanged."""
_CODES: Final = {403: "AccessDenied", 404: "NotFound", 501: "NotImplemented"}
_EXPIRED: Final = "token-expired"


def is_pact(path: str) -> bool:
    """Whether an address is one of PACT."""
    return path.startswith(PREFIX)


def require_https(scheme: str, path: str) -> None:
    """Refuse plain HTTP where footprints or secrets are exchanged.

    Behind a proxy the scheme is what the proxy says, if the server is told to trust it.

    Raises:
        InsecureError: the request came over plain HTTP.
    """
    if scheme != "https" and path.startswith(_SECRET):
        raise InsecureError(
            f"{path} is answered over HTTPS alone. Start the server with a certificate, or behind a proxy that it trusts."
        )


def code_of(problem: Problem) -> str:
    """The code of an error (PACT Technical Specifications 3.0.3): the one of its status, or the nearest."""
    status, name = problem.kind.status, problem.kind.name
    if name == _EXPIRED:
        return "TokenExpired"
    return _CODES.get(status) or ("InternalError" if status >= 500 else "BadRequest")


def pact_response(problem: Problem, message: str, lang: str) -> JSONResponse:
    """An error as a response."""
    body = {"code": code_of(problem), "message": message}
    return JSONResponse(body, problem.kind.status, {**problem.headers, "Content-Language": lang})
