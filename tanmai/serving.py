"""The server as a process: settings, listening, stopping."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from tanmai.settings import DEFAULT_STORE

if TYPE_CHECKING:
    import ssl

    import uvicorn
    from fastapi import FastAPI

    from api.configuration import Configuration
    from api.settings import Settings

APPLICATION: Final = "tanmai.serving:application"
PROTOCOL: Final = "api.sparql.short:Connection"
"""What the server loads in each of its processes."""


def application() -> FastAPI:
    """Make the application from the environment; what `uvicorn --factory tanmai.serving:application` asks for."""
    from api.logs import configure
    from api.settings import Settings

    settings = Settings.from_environment()
    configure(settings.log_format)
    return application_of(settings)


def application_of(settings: Settings) -> FastAPI:
    """Make the application, with messages in the language of the client."""
    from api.app import create_app
    from tanmai.translate import translated

    return create_app(settings, cast("Callable[[str, str], str]", translated))


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


def configuration(config: Path | None, store: str | None, **stated: object) -> Configuration:
    """The settings of a server: argument, environment, file, default; the store also as all other commands find it.

    An address in place of the directory is that of the endpoint that keeps the store.

    Raises:
        SettingsError: one cannot be used.
    """
    from api.configuration import gather
    from api.settings import PREFIX

    environ = {**os.environ}
    if named := environ.get("TANMAI_STORE"):
        environ.setdefault(f"{PREFIX}{'ENDPOINT' if _is_address(named) else 'STORE'}", named)
    if store is not None:
        stated |= {"endpoint" if _is_address(store) else "store": store if _is_address(store) else Path(store)}
    return gather(stated, environ, config, Path(DEFAULT_STORE))


def _is_address(store: str) -> bool:
    return store.startswith(("http://", "https://"))


def serve(settings: Settings, taken: socket.socket) -> None:
    """Serve until a signal says stop; requests under way may end before.

    Raises:
        SettingsError: the certificate and its key cannot be used.
    """
    import tempfile

    with tempfile.TemporaryDirectory(prefix="tanmai-") as folder:
        shared = replace(settings, run_directory=folder) if settings.workers > 1 else settings
        os.environ.update(shared.to_environment())
        _run(shared, taken)


def _run(settings: Settings, taken: socket.socket) -> None:
    import uvicorn

    if settings.workers > 1:
        taken.close()  # the supervisor of the workers takes the port itself, and there is no way to hand it ours
        uvicorn.run(APPLICATION, workers=settings.workers, **_options(settings))
        return
    # The server raises the signal that stopped it once more when it has stopped. Being told to stop is no failure.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(uvicorn.Config(APPLICATION, **_options(settings))).run([taken])


def check_certificate(settings: Settings) -> None:
    """Read the certificate and its key, before anything is started.

    Raises:
        SettingsError: they cannot be used.
    """
    import ssl

    from api.errors import SettingsError

    if not settings.tls_certificate:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_certificate, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"The certificate {settings.tls_certificate} and the key {settings.tls_key} cannot be used: {error}."
        ) from None


def _options(settings: Settings) -> dict[str, Any]:
    told: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "factory": True,
        "http": PROTOCOL,
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,  # whom to believe is a setting of ours
        "limit_concurrency": settings.connections,
        "timeout_graceful_shutdown": settings.stop_seconds,
    }
    if settings.tls_certificate:
        told |= {
            "ssl_certfile": settings.tls_certificate,
            "ssl_keyfile": settings.tls_key,
            "ssl_context_factory": _modern,
        }
    return told


def _modern(config: uvicorn.Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """The context of the connections: TLS 1.2 and newer, whatever the system's default is; its certificate may be renewed."""
    import ssl

    from tanmai.renewal import Renewal

    made = default()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    Renewal(made, str(config.ssl_certfile), str(config.ssl_keyfile)).watch()
    return made
