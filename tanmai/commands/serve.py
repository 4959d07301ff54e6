"""The command that starts the server."""

from __future__ import annotations

from typing import Annotated

import typer

from tanmai.commands.options import Front, Json, Lang, Store
from tanmai.words import word


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
        typer.Option("--readers", help="Queries that run at once, for each worker. 并行查询数。", show_default="2"),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", help="Seconds that one query may take. 单次查询时限（秒）。", show_default="30"),
    ] = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Take updates of local statements. 允许更新本地陈述。")
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
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Serve the store over HTTP: SPARQL endpoint and graph store. 以 HTTP 提供 SPARQL 端点与图存储服务。

    Further settings are environment variables TANMAI_API_... (--json prints all). 其余设置见环境变量 TANMAI_API_…。
    """
    from dataclasses import replace

    from api.settings import Settings
    from tanmai import serving

    front = Front.of(store, json, lang)
    settings = Settings.from_environment(
        store=front.store_path,
        host=host,
        port=port,
        workers=workers,
        readers=readers,
        query_seconds=timeout,
        allow_writes=allow_writes or None,
        no_authentication_accepted=no_authentication or None,
        cors_origins=None if cors is None else tuple(cors),
        public_url=None if public_url is None else public_url.rstrip("/"),
    )
    with front.open() as opened:
        generation = opened.generation
    taken = serving.listen(settings)
    settings = replace(settings, port=taken.getsockname()[1])
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{shown}:{settings.port}"
    if json:
        front.print_json({"address": address, "generation": generation, "settings": settings.shown()})
    else:
        key = "serving_writes" if settings.allow_writes else "serving"
        typer.echo(word(key, front.lang, address=address, store=front.store_path))
    serving.serve(settings, taken)
    typer.echo(word("served", front.lang), err=True)
