"""Commands that bring data in, take it out, and look after the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanmai.commands.options import Front, Gwp, Json, Lang, Store, day
from tanmai.words import word

if TYPE_CHECKING:
    from api.serverfiles import ServerFiles
    from graphstore import LoadReport
    from graphstore.doctor import Report as DoctorReport
    from mappings.olca import ImportReport

Key = Annotated[str | None, typer.Option("--key", help="Name of the dataset; else that of the file. 数据集名称。")]
DataOnly = Annotated[
    bool,
    typer.Option(
        "--data-only",
        help="Leave out what the server keeps: clients, partners and their secrets, targets, waiting events. 不含服务器资料。",
    ),
]
FILES = typer.Argument(help="RDF files, gzip or not. RDF 文件。", exists=True, dir_okay=False, readable=True)


def init(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Create a store with the reference knowledge, or bring it up to date. 初始化存储并载入参考知识。"""
    from tanmai import knowledge

    front = Front.of(store, json, lang)
    with front.connect("write") as graph:
        with graph.transaction("init") as transaction:
            changed = knowledge.load_into(transaction)
        front.tell({"store": graph.location, "datasets_changed": changed, "generation": graph.generation})


def load(
    files: Annotated[list[Path], FILES],
    key: Key = None,
    format: Annotated[  # noqa: A002 - the option is called --format
        str | None,
        typer.Option("--format", help="turtle, trig, ntriples, nquads, rdfxml, jsonld; else by suffix. 格式。"),
    ] = None,
    issued: Annotated[
        str | None,
        typer.Option("--issued", help="Day the knowledge was issued, YYYY-MM-DD. 发布日期。"),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="Title in the catalogue. 标题。")] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Load RDF files, each as one dataset: all of them or none. 载入 RDF 文件（全部成功或全部不变）。"""
    from tanmai import knowledge
    from tanmai.spelling import require_known_terms

    front = Front.of(store, json, lang)
    if key is not None and len(files) > 1:
        raise typer.BadParameter("--key names one dataset, but several files are given; load them one by one.")
    issue_day = day(issued, "--issued") if issued else None
    with front.connect("write") as graph, graph.transaction("load") as transaction:
        knowledge.load_into(transaction)
        reports = []
        for file in files:
            with progress(front, file.name) as advance:
                report = transaction.load(file, key=key, format=format, title=title, issued=issue_day, progress=advance)
            reports.append(report)
        require_known_terms(transaction, [r.version for r in reports if r.changed], graph)
    _told(front, reports)


def _told(front: Front, reports: list[LoadReport]) -> None:
    """Say what each file became."""
    rows = [
        {
            "dataset": report.version.key,
            "version": report.version.number,
            "statements": report.version.quads,
            "changed": report.changed,
            "sha256": report.version.sha256,
        }
        for report in reports
    ]
    if front.json:
        front.print_json(rows)
        return
    for row in rows:
        if not row["statements"]:
            warning = "holds no statement; is it the right file? 该数据集不含任何语句。"
            typer.echo(f"warning: {row['dataset']} {warning}", err=True)
        verdict = word("loaded" if row["changed"] else "unchanged", front.lang)
        size = word("quads_of", front.lang, count=row["statements"])
        typer.echo(f"{row['dataset']} v{row['version']}: {size}; {verdict}")


@contextmanager
def progress(front: Front, name: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """Show a progress bar on stderr while bytes are read; nothing where stderr is no terminal or JSON is asked for."""
    from rich.console import Console

    console = Console(stderr=True)
    if front.json or not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as shown:
        task = shown.add_task(name, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def import_package(
    path: Annotated[
        Path,
        typer.Argument(
            help="openLCA JSON-LD package (zip or folder), manifest (TOML) of an input-output table, or PACT records (JSON). "
            "openLCA 数据包、投入产出表清单或 PACT 记录。",
            exists=True,
        ),
    ],
    key: Key = None,
    format: Annotated[  # noqa: A002 - the option is called --format
        str | None,
        typer.Option("--format", help="olca, table or pact; else as the file shows. 格式。"),
    ] = None,
    flow_map: Annotated[
        Path | None,
        typer.Option(
            "--flow-map",
            help="CSV that says which flow is which greenhouse gas; replaces the default table. 流映射表。",
        ),
    ] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Import a package or table as one dataset, or PACT records; report what came in and what did not. 导入数据包、投入产出表或 PACT 记录。"""
    from tanmai.commands.records import FORMAT, import_file, is_record_file

    front = Front.of(store, json, lang)
    if format not in {None, "olca", "table", FORMAT}:
        raise typer.BadParameter(f"{format!r} is none; choose olca, table or pact.", param_hint="--format")
    if is_record_file(path, format):
        if key is not None or flow_map is not None:
            raise typer.BadParameter(
                "a PACT record is named by its id and names no flows: leave --key and --flow-map out."
            )
        import_file(front, path)
        return
    from mappings.inputoutput import is_manifest
    from tanmai.importing import import_package as imported

    if flow_map is not None and is_manifest(path):
        raise typer.BadParameter("an input-output table names its gases itself.", param_hint="--flow-map")
    _imported(front, *imported(lambda: front.open("write"), path, key, flow_map))


def _imported(front: Front, load: LoadReport, report: ImportReport) -> None:
    """Say what an import became."""
    told = {
        "dataset": load.version.key,
        "version": load.version.number,
        "statements": load.version.quads,
        "changed": load.changed,
    }
    if front.json:
        front.print_json(told | report.as_dict())
    else:
        from tanmai.render.imports import show

        show(told, report, front.lang)


def info(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Show what is in the store. 显示存储概况。"""
    front = Front.of(store, json, lang)
    with front.connect() as graph:
        found = graph.info()
    if json:
        front.print_json({**asdict(found), "datasets": [asdict(dataset) for dataset in found.datasets]})
        return
    from tanmai.render.tables import show_info

    show_info(found, front.lang)


def export(
    target: Annotated[
        Path, typer.Argument(help="File to write; the suffix names the format, .gz compresses. 输出文件。")
    ],
    dataset: Annotated[str | None, typer.Option("--dataset", help="Key of one dataset; else all. 数据集。")] = None,
    format: Annotated[  # noqa: A002 - the option is called --format
        str | None, typer.Option("--format", help="An RDF format, or pact; else by the suffix. 格式。")
    ] = None,
    knowledge: Annotated[
        bool, typer.Option("--knowledge", help="Also the reference knowledge that Tanmai ships. 包括自带的参考知识。")
    ] = False,
    product: Annotated[
        str | None,
        typer.Option(
            "--product", help="With --format pact: publish the footprint of this product. 发布该产品的碳足迹。"
        ),
    ] = None,
    study: Annotated[
        str | None, typer.Option("--study", help="With --product: the study, where it has several. 所依据的研究。")
    ] = None,
    gwp: Gwp = "AR6",
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Write the current graph, one dataset, or PACT records to a file. 导出当前图、单个数据集或 PACT 记录。"""
    front = Front.of(store, json, lang)
    if format == "pact":
        from tanmai.commands.records import export_file

        if dataset is not None or knowledge:
            raise typer.BadParameter("--dataset and --knowledge are about RDF; leave them out with --format pact.")
        export_file(front, target, product, study, gwp)
        return
    if product is not None or study is not None:
        raise typer.BadParameter("--product and --study go with --format pact.")
    from graphstore.export import export as write
    from graphstore.shipped import PREFIX

    with front.connect() as graph:
        report = write(graph, target, format=format, dataset=dataset, leave_out="" if knowledge else PREFIX)
    front.tell({"path": str(report.path), "statements": report.quads, "format": report.format})


def backup(
    target: Annotated[Path, typer.Argument(help="New directory for the copy. 备份目录。")],
    data_only: DataOnly = False,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Copy the store, and what its server keeps, verified, while both may be in use. 备份存储及服务器资料。"""
    front = Front.of(store, json, lang)
    kept = None if data_only else _server_files(front)  # before the generation: what is done in between is done again
    with front.open() as graph:
        made = graph.backup(target, kept.write if kept else None)
        _tell_copied(front, {"backup": str(made), "generation": graph.generation}, kept)


def restore(
    source: Annotated[
        Path, typer.Argument(help="Directory that `tanmai backup` made. 备份目录。", exists=True, file_okay=False)
    ],
    data_only: DataOnly = False,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Make a store from a backup, in a directory that is new or empty; keys revoked since hold again. 从备份恢复。"""
    from api.serverfiles import ServerFiles
    from graphstore import GraphStore

    front = Front.of(store, json, lang)
    kept = None if data_only else ServerFiles.of(source)
    made = GraphStore.restore(source, front.store_path, kept.write if kept else None)
    _tell_copied(front, {"store": str(made)}, kept)


def _server_files(front: Front) -> ServerFiles:
    from api.serverfiles import ServerFiles
    from tanmai.commands.client import folder_of

    return ServerFiles.of(front.store_path, folder_of(front))


def _tell_copied(front: Front, facts: dict[str, Any], kept: ServerFiles | None) -> None:
    counts = kept.counts() if kept else {}
    front.tell({**facts, "server": counts} if front.json else {**facts, **counts})


def release(
    name: Annotated[str, typer.Argument(help="Name of the state to pin; all names when left out. 发布版本名称。")] = "",
    drop: Annotated[bool, typer.Option("--drop", help="Let go of this name. 取消固定。")] = False,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Pin the newest state under a name that stays, or list the names; see --release. 固定当前状态为发布版本。"""
    front = Front.of(store, json, lang)
    if drop and not name:
        raise typer.BadParameter("--drop needs the name of a release.")
    with front.open("write" if name else "read") as graph:
        if drop:
            graph.unrelease(name)
        elif name:
            graph.release(name)
        found = dict(graph.releases())
    if json:
        front.print_json(found)
        return
    for release_name, generation in sorted(found.items()):
        typer.echo(f"{release_name}  {generation}")


def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Compare every dataset with its journal bytes. 逐项核对。")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the store anew from the journal. 由日志重建。")
    ] = False,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Check the store; exit code 1 when something is wrong. 检查存储，有问题时退出码为 1。"""
    from graphstore import doctor as doctors

    front = Front.of(store, json, lang)
    if front.remote and not (deep or rebuild):
        _examined(front)
        return
    if not front.store_path.exists():
        raise typer.BadParameter(
            f"there is no store at {front.store_path}; `tanmai init` makes one.", param_hint="--store"
        )
    if rebuild:
        report = doctors.rebuild(front.store_path)
    elif deep:
        report = doctors.deep_check(front.store_path)
    else:
        report = doctors.doctor(front.store_path)
    server = server_settings(store)
    if json:
        front.print_json({**asdict(report), "ok": report.ok, "server": server})
    else:
        _found(front, report, server)
    if not report.ok:
        raise typer.Exit(1)


def _found(front: Front, report: DoctorReport, server: Mapping[str, Mapping[str, Any]]) -> None:
    """Say what was found, and which settings of the server are no defaults."""
    from tanmai.translate import translated

    for name, told in server.items():
        if told["from"] != "default":
            typer.echo(f"tanmai serve: {name} = {told['value']}  # {told['from']}")
    for mark, sentences in (("", report.checked), ("! ", report.problems)):
        for sentence in sentences:
            typer.echo(mark + translated(sentence, front.lang))
    typer.echo(
        {("en", True): "sound", ("en", False): "not sound", ("zh", True): "完好", ("zh", False): "存在问题"}[
            front.lang, report.ok
        ]
    )


def server_settings(store: str | None) -> dict[str, dict[str, Any]]:
    """What `tanmai serve` would be told, by argument, environment and file: each setting, its value and its origin."""
    from tanmai import serving

    return serving.configuration(None, store).as_dict()


def _examined(front: Front) -> None:
    """Say what the endpoint is that keeps the store; one that cannot be used is an error."""
    with front.connect() as graph:
        found = graph.info()
    front.tell({"endpoint": found.endpoint, "quads": found.quads, "datasets": len(found.datasets)})
