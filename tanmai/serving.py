"""The server as a process: settings, listening, stopping."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING, Any, cast

from tanmai.words import Language

if TYPE_CHECKING:
    from fastapi import FastAPI

    from api.settings import Settings


def application() -> FastAPI:
    """Make the application from the environment; what `uvicorn --factory tanmai.serving:application` asks for."""
    from api.settings import Settings

    return application_of(Settings.from_environment())


def application_of(settings: Settings) -> FastAPI:
    """Make the application, with messages in the language of the client."""
    from api.app import create_app
    from tanmai.translate import translated

    return create_app(settings, lambda text, lang: translated(text, cast("Language", lang)))


def listen(settings: Settings) -> socket.socket:
    """Take the port, before anything else is started.

    Raises:
        OSError: the address cannot be taken; says which and why.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    taken = socket.socket(family)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((settings.host, settings.port))
    except OSError as error:
        taken.close()
        reason = error.strerror or str(error)
        raise OSError(
            f"Port {settings.port} of {settings.host} cannot be taken: {reason}. Choose another one by --port."
        ) from None
    return taken


def serve(settings: Settings, taken: socket.socket) -> None:
    """Serve until a signal says stop; requests under way may end before."""
    import os

    import uvicorn

    os.environ.update(settings.to_environment())
    application = "tanmai.serving:application"
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "factory": True,
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": settings.stop_seconds,
    }
    if settings.workers > 1:
        taken.close()  # the supervisor of the workers takes the port itself, and there is no way to hand it ours
        uvicorn.run(application, workers=settings.workers, **options)
        return
    # The server raises the signal that stopped it once more when it has stopped. Being told to stop is no failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(uvicorn.Config(application, **options)).run([taken])
