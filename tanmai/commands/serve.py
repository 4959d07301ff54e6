"""The command that starts the server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tanmai.commands.options import Front, Json, Lang, Store
from tanmai.words import word

if TYPE_CHECKING:
    from api.settings import Settings


def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on. 监听地址。", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Port; 0 takes a free one. 端口，0 为任选。", show_default="8000")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Server processes. 服务进程数。", show_default="1")
    ] = None,
    readers: Annotated[
        int | None,
        typer.Option("--readers", help="Queries that run at once, for each worker. 并行查询数。", show_default="4"),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", help="Seconds that one query may take. 单次查询时限（秒）。", show_default="30"),
    ] = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Take updates of local statements. 允许更新本地陈述。")
    ] = False,
    warm: Annotated[
        bool,
        typer.Option(
            "--warm", help="Compile the system of each new state before it is asked for. 存储变更后预先编译产品系统。"
        ),
    ] = False,
    no_authentication: Annotated[
        bool,
        typer.Option(
            "--no-authentication",
            help="Yes, everybody who reaches the address may read the store; needed beside another --host than loopback. "
            "确认无需身份验证即可访问。",
        ),
    ] = False,
    cors: Annotated[
        list[str] | None,
        typer.Option(
            "--cors", help="Site whose pages may read answers, or '*'. 允许跨源读取的网站。", show_default="none"
        ),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", help="Where clients see the server. 对外网址。", show_default="as asked for"),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option("--certificate", help="Certificate with its chain (PEM): HTTPS alone. 证书链文件，启用 HTTPS。"),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="Private key of the certificate (PEM). 证书私钥文件。")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="Settings file (TOML). 设置文件（TOML）。", show_default="$TANMAI_API_CONFIG"),
    ] = None,
    print_config: Annotated[
        bool,
        typer.Option("--print-config", help="Print all settings and where each comes from; serve nothing. 打印设置。"),
    ] = False,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Serve the store over HTTP: SPARQL endpoint and graph store. 以 HTTP 提供 SPARQL 端点与图存储服务。

    Further settings stand in the file or in variables TANMAI_API_... (--print-config). 其余设置见设置文件或环境变量。
    """
    from tanmai import serving

    spoken = Front.of(store, json, lang).lang
    found = serving.configuration(
        config,
        store,
        host=host,
        port=port,
        workers=workers,
        readers=readers,
        query_seconds=timeout,
        allow_writes=allow_writes or None,
        warm=warm or None,
        no_authentication_accepted=no_authentication or None,
        cors_origins=None if cors is None else tuple(cors),
        public_url=None if public_url is None else public_url.rstrip("/"),
        tls_certificate=None if certificate is None else str(certificate),
        tls_key=None if key is None else str(key),
    )
    front = Front.of(found.settings.endpoint or str(found.settings.store), json, spoken)
    if print_config:
        if json:
            front.print_json(found.as_dict())
        else:
            typer.echo(found.as_toml(), nl=False)
        return
    _serve(front, found.settings)
    typer.echo(word("served", front.lang), err=True)


def _serve(front: Front, settings: Settings) -> None:
    """Say where, and serve."""
    from dataclasses import replace

    from tanmai import serving

    with front.connect() as opened:
        generation, location = opened.generation, opened.location
    serving.check_certificate(settings)
    taken = serving.listen(settings)
    settings = replace(settings, port=taken.getsockname()[1])
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"{'https' if settings.tls_certificate else 'http'}://{shown}:{settings.port}"
    if front.json:
        front.print_json({"address": address, "generation": generation, "settings": settings.shown()})
    else:
        key = "serving_writes" if settings.allow_writes else "serving"
        typer.echo(word(key, front.lang, address=address, store=location))
    serving.serve(settings, taken)
