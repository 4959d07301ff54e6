"""What a server is told: by arguments, else by the environment, else these defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, Self

from api.errors import SettingsError
from graphstore.remote.http import without_secrets

PREFIX: Final = "TANMAI_API_"
"""What the names of environment variables begin with: ``TANMAI_API_QUERY_SECONDS`` is ``query_seconds``."""

FILES: Final = ("store", "access", "tls_certificate", "tls_key", "run_directory")
"""Settings that are paths."""

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
"""Addresses that only this machine reaches."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server.

    Attributes:
        store: directory of the store that is served; where an endpoint keeps it, of what the server itself keeps (clients, audit log).
        endpoint: address of the SPARQL endpoint that keeps the store, in place of the directory; may hold user and password.
        endpoint_seconds: longest time for which what was made of the endpoint's data (compiled systems, the index of names) is used,
            since others may write there; our own writes are seen at once.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        workers: server processes, each with readers of its own.
        readers: reader processes of each server process, hence queries that run at once.
        query_seconds: longest time until an answer is complete, the client's reading included.
        write_seconds: longest time for one update or upload.
        job_readers: long jobs that run at once over all server processes, in processes of their own.
        job_seconds: longest time for a long job.
        job_bytes: largest result of a long job that is kept.
        job_kept_seconds: how long the result of a long job is kept.
        jobs_each: long jobs that one client may have, running or with a result that is kept.
        jobs_bytes: bytes of all kept results together from which on no further long job is taken.
        waiting: requests that may wait for a reader; more are told to come back.
        memory_megabytes: memory (address space) that one reader may take.
        patterns: most triple patterns of a query.
        query_bytes: longest query or update.
        body_bytes: largest upload.
        body_seconds: longest time in which the body of a request has to come.
        allow_writes: whether updates and the writing methods of the Graph Store Protocol are taken.
        no_authentication_accepted: whether it is meant that everybody who reaches the address may read, and write where that is on.
        cors_origins: sites whose pages may read answers, such as ``https://yasgui.org``; ``*`` for all. They may not write.
        hosts: names that the server answers to, beside those of its address; needed behind a proxy.
        public_url: where clients see the server, without a final slash; else what the request says.
        plain_http_accepted: whether footprints (``/3``) and secrets (``/auth``) may go over plain HTTP, as between programs on one
            machine. Behind a proxy that is trusted, what counts is how the proxy was asked.
        pact_networks: networks beside the public internet, such as ``10.1.0.0/16``, in which PACT partners may be called.
        tls_certificate: file with the certificate and its chain (PEM); with it the server speaks HTTPS alone, TLS 1.2 or newer.
        tls_key: file with the private key of the certificate (PEM).
        trusted_proxies: addresses or networks of proxies, whose X-Forwarded-For, -Proto and -Host are believed; nobody else's are.
        connections: most connections at once; more are told to come back.
        warm: whether the system of each new state of the store is compiled before somebody asks for it.
        log_format: ``text`` for warnings alone, ``json`` for JSON lines with one for each request.
        log_queries: whether the log tells the texts of queries, which may hold what is confidential.
        run_directory: folder in which the processes of one server tell each other their figures; made where there are several.
        stop_seconds: how long requests under way may go on when the server is stopped.
        access: folder of the clients and of what is kept of them; empty for ``access`` in the store. Where it holds a file of
            clients, the limits of their roles count in place of ``query_seconds``.
        anonymous: the audience that anonymous reads, where there are clients; empty for nothing.
        token_seconds: how long an access token holds.
        audit_days: after how many days the audit log goes on in the next file.
        audit_megabytes: from which size on it does.
    """

    store: Path
    endpoint: str = ""
    endpoint_seconds: float = 60.0
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    readers: int = 4
    query_seconds: float = 30.0
    write_seconds: float = 120.0
    job_readers: int = 1
    job_seconds: float = 900.0
    job_bytes: int = 64_000_000
    job_kept_seconds: float = 3600.0
    jobs_each: int = 5
    jobs_bytes: int = 2_000_000_000
    waiting: int = 200
    memory_megabytes: int = 2048
    patterns: int = 200
    query_bytes: int = 1_000_000
    body_bytes: int = 64_000_000
    body_seconds: float = 60.0
    allow_writes: bool = False
    no_authentication_accepted: bool = False
    cors_origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    public_url: str = ""
    plain_http_accepted: bool = False
    pact_networks: tuple[str, ...] = ()
    tls_certificate: str = ""
    tls_key: str = ""
    trusted_proxies: tuple[str, ...] = ()
    connections: int = 1000
    warm: bool = False
    log_format: str = "text"
    log_queries: bool = False
    run_directory: str = ""
    stop_seconds: int = 10
    access: str = ""
    anonymous: str = "public"
    token_seconds: int = 3600
    audit_days: int = 1
    audit_megabytes: int = 64

    def __post_init__(self) -> None:
        """Refuse what cannot be used.

        Raises:
            SettingsError: a number out of range, or an address that is not loopback without the word that this is meant.
        """
        for name in (
            "workers",
            "readers",
            "query_seconds",
            "endpoint_seconds",
            "write_seconds",
            "job_readers",
            "job_seconds",
            "body_seconds",
            "memory_megabytes",
            "patterns",
            "query_bytes",
            "connections",
            "token_seconds",
            "audit_days",
            "audit_megabytes",
        ):
            if not getattr(self, name) > 0:
                raise SettingsError(f"The setting {name} is {getattr(self, name)}; it has to be greater than 0.")
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise SettingsError("HTTPS needs both a certificate and its key. Give --certificate and --key.")
        networks(self.trusted_proxies)
        if self.endpoint and self.warm:
            raise SettingsError(
                "An endpoint does not say when its data change, so nothing is compiled ahead. Leave out --warm."
            )
        if self.log_format not in {"text", "json"}:
            raise SettingsError(f"The setting log_format is {self.log_format!r}; logs are text or json.")
        if not 0 <= self.port <= 65_535:
            raise SettingsError(f"The setting port is {self.port}; a port is 0 to 65535.")
        if self.no_authentication_accepted or self.knows_clients:
            return
        if self.host not in LOOPBACK:
            raise SettingsError(
                f"The server knows no clients yet, and {self.host} can be reached from other machines: everybody there could "
                "read the whole store. Add clients (tanmai client add), listen on 127.0.0.1, or say --no-authentication if "
                "that is meant."
            )
        if self.trusted_proxies:
            raise SettingsError(
                "The server knows no clients yet, and trusted_proxies names proxies that others reach it by: everybody could read "
                "the whole store. Add clients (tanmai client add), or say --no-authentication if that is meant."
            )

    @property
    def access_folder(self) -> Path:
        """Folder of the clients and of what is kept of them."""
        return access_folder(self.store, self.access)

    @property
    def knows_clients(self) -> bool:
        """Whether there is a file of clients."""
        return (self.access_folder / "clients.json").exists()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, **stated: Any) -> Self:
        """Settings from the environment; what is ``stated`` and not ``None`` comes first.

        Raises:
            SettingsError: a variable cannot be read, or its value cannot be used.
        """
        values = {key: value for key, value in stated.items() if value is not None}
        for field in fields(cls):
            variable = PREFIX + field.name.upper()
            if field.name not in values and variable in environ:
                values[field.name] = value_of(variable, environ[variable], str(field.type))
        if "store" not in values:
            raise SettingsError(f"There is no store to serve. Set {PREFIX}STORE to its directory.")
        return cls(**values)

    def to_environment(self) -> dict[str, str]:
        """The settings as environment variables, for the other processes of this server."""
        stated = {**self.shown(), "endpoint": self.endpoint}
        return {PREFIX + name.upper(): _text(value) for name, value in stated.items()}

    def shown(self) -> dict[str, Any]:
        """The settings by name, as they may be printed: without user and password of the endpoint."""
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        lists = {name: list(value) for name, value in shown.items() if isinstance(value, tuple)}
        endpoint = without_secrets(self.endpoint) if self.endpoint else ""
        return {**shown, **lists, "store": str(self.store), "endpoint": endpoint}

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """The networks of :attr:`trusted_proxies`."""
        return networks(self.trusted_proxies)

    def answers_to(self, host: str) -> bool:
        """Whether a ``Host`` header names this server.

        A server on loopback must not answer to other names: a web page whose own name is made to point at 127.0.0.1 could
        otherwise read it (DNS rebinding).
        """
        return self.names is None or name_in(host) in self.names

    @property
    def names(self) -> frozenset[str] | None:
        """The names by which the server may be called; ``None`` for any."""
        public = self.public_url.partition("://")[2].partition("/")[0].partition(":")[0]
        return frozenset({*LOOPBACK, *self.hosts, public}) if self.host in LOOPBACK else None


PLAIN_HOST: Final = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?")
"""A ``Host`` header that needs no closer look."""


def name_in(host: str) -> str:
    """The name in a ``Host`` header."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return name.strip("[]").lower()


Network = IPv4Network | IPv6Network


@cache
def networks(stated: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks of trusted proxies.

    Raises:
        SettingsError: one is none.
    """
    try:
        return tuple(ip_network(each) for each in stated)
    except ValueError as error:
        raise SettingsError(f"The setting trusted_proxies holds what is no address or network: {error}.") from None


def access_folder(store: Path, stated: str = "") -> Path:
    """Folder of the clients of a store, and of what is kept of them: the stated one, else ``access`` in the store."""
    return Path(stated) if stated else store / "access"


def _flag(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
    return known[text.lower()]


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "Path": Path,
    "str": str,
    "int": int,
    "float": float,
    "bool": _flag,
    "tuple[str, ...]": lambda text: tuple(part.strip() for part in text.split(",") if part.strip()),
}


def value_of(variable: str, text: str, kind: str) -> Any:
    """The value of an environment variable for a setting of a type.

    Raises:
        SettingsError: the text is none.
    """
    try:
        return _READERS[kind](text)
    except (ValueError, KeyError):
        raise SettingsError(
            f"The environment variable {variable} is {text!r}, which cannot be read as {kind}."
        ) from None


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)
