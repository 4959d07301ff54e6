"""Commands about submissions: hand in, list, show, change the state, verify, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanmai.commands.options import Front, Json, Lang, RemoteContexts, Store, day

if TYPE_CHECKING:
    from graphstore import GraphStore
    from registry.dependents import Dependents
    from registry.submissions import Submission

app = typer.Typer(
    help="List, show, verify, publish and withdraw submissions. 提交的查看、核查、公布与撤回。",
    no_args_is_help=True,
)

Id = Annotated[
    str,
    typer.Argument(
        help="Id of a submission (or its beginning), its checksum, or the IRI of its study. 提交编号或研究 IRI。"
    ),
]
By = Annotated[str, typer.Option("--by", help="Who does this: name or IRI of the organisation. 操作方名称或 IRI。")]
ToState = Annotated[str, typer.Argument(help="State to go to: short name or name. 目标状态。")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept with the event. 理由。")]


File = Annotated[
    Path, typer.Argument(help="RDF file that holds one study. 含一项研究的 RDF 文件。", exists=True, dir_okay=False)
]
HandedInBy = Annotated[
    str | None,
    typer.Option("--by", help="Organisation that hands it in: name or IRI; else the creator of the study. 提交方。"),
]
Pcr = Annotated[
    str | None,
    typer.Option("--pcr", help="Rule to judge by; else the one the study claims. 评判所用的产品种类规则。"),
]
Revises = Annotated[
    str | None,
    typer.Option("--revises", help="Submission that it corrects; else the one of the same study. 所修订的提交编号。"),
]
Format = Annotated[str | None, typer.Option("--format", help="turtle, jsonld, ...; else by suffix. 格式。")]
Day = Annotated[str | None, typer.Option("--as-of", help="Day of the assessment, YYYY-MM-DD; else today. 评判日期。")]
Wait = Annotated[
    float,
    typer.Option(
        "--wait",
        min=0,
        metavar="SECONDS",
        help="How long to wait while another process writes to the store. 存储正被写入时最长等待秒数。",
    ),
]


def submit(
    file: File,
    by: HandedInBy = None,
    pcr: Pcr = None,
    revises: Revises = None,
    format: Format = None,  # noqa: A002 - the option is called --format
    as_of: Day = None,
    remote_contexts: RemoteContexts = False,
    wait: Wait = 60,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Hand in a study: judged, recomputed, compared, kept; exit code 1 when it is rejected. 提交研究：校验、复算、比对并存档。"""
    from registry.receipt import receipt
    from registry.shapes_judge import judge
    from registry.submissions import find
    from registry.submitting import Handed
    from registry.submitting import submit as hand_in
    from shapes.reading.contexts import SHIPPED, Contexts
    from tanmai import knowledge

    front = Front.of(store, json, lang)
    contexts = Contexts(SHIPPED.known, remote=remote_contexts)
    asked = day(as_of, "--as-of") if as_of else None
    handed = Handed(file.read_bytes(), file.name, by, format, pcr, asked, revises, contexts)
    with front.open("write", wait) as graph:
        with graph.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
        made = hand_in(graph, handed, judge)
        drawn_on = None if made.drawn_on is None else made.drawn_on.as_dict()
        data = receipt(graph, find(graph, made.id)) | {"new": made.new, "drawn_on": drawn_on}
    if json:
        front.print_json(data)
    else:
        from tanmai.render.dependents import show_dependents
        from tanmai.render.registry import show_receipt

        show_receipt(data, front.lang, made.new)
        show_dependents(drawn_on, front.lang)
    if data["verdict"] == "rejected":
        raise typer.Exit(1)


@app.command(name="list")
def list_(
    state: Annotated[str | None, typer.Option("--status", help="Only those in this state. 仅列该状态。")] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """List what was handed in. 列出提交。"""
    from registry.receipt import overview
    from registry.states import SUBMISSION, States
    from registry.submissions import submissions

    front = Front.of(store, json, lang)
    with front.open() as graph:
        wanted = None if state is None else States.of(graph, SUBMISSION).named(state).iri
        rows = overview(graph, [s for s in submissions(graph) if wanted in {None, s.status}])
    if json:
        front.print_json({"submissions": rows})
        return
    from tanmai.render.registry import show_submissions

    show_submissions(rows, front.lang)


@app.command()
def show(
    submission: Id,
    report: Annotated[
        bool, typer.Option("--report", help="What became of each requirement. 逐项要求的判定结果。")
    ] = False,
    dependents: Annotated[
        bool,
        typer.Option(
            "--dependents", help="Who draws on the study, so that its withdrawal would concern them. 下游引用方。"
        ),
    ] = False,
    raw: Annotated[
        Path | None, typer.Option("--raw", help="Write the bytes as they came to this file. 导出原始文件。")
    ] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Show the receipt, the verifications and the history of a submission. 显示回执、核查记录与历程。"""
    from registry.receipt import whole
    from registry.submissions import find

    front = Front.of(store, json, lang)
    with front.open() as graph:
        found = find(graph, submission)
        data = whole(graph, found)
        if report:
            data["requirements"] = _outcomes(graph, found)
        if dependents:
            data["drawn_on"] = _dependents(graph, found)
        if raw is not None:
            _write_raw(graph, found, raw)
    if json:
        front.print_json(data)
        return
    from tanmai.render.dependents import show_dependents
    from tanmai.render.registry import show_outcomes, show_receipt, show_story, show_verifications

    show_receipt(data, front.lang)
    if report:
        show_outcomes(data["requirements"], front.lang)
    show_verifications(data["verifications"], front.lang)
    show_story(data["history"], front.lang)
    if dependents:
        show_dependents(data["drawn_on"], front.lang)


def _outcomes(graph: GraphStore, found: Submission) -> list[dict[str, Any]]:
    from registry.receipt import outcomes

    return outcomes(graph, found)


def _dependents(graph: GraphStore, found: Submission) -> dict[str, Any]:
    from registry.dependents import dependents

    return dependents(graph, found).as_dict()


def _write_raw(graph: GraphStore, found: Submission, target: Path) -> None:
    from registry.submissions import raw_bytes

    target.write_bytes(raw_bytes(graph, found))


@app.command()
def status(
    submission: Id,
    state: ToState,
    by: By,
    why: Why = "",
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Take a submission to a state that may follow its present one. 变更提交状态。"""
    from registry.dependents import leaving
    from registry.life import Said, change

    front = Front.of(store, json, lang)
    with front.open("write") as graph:
        drawn_on = leaving(graph, submission, state)
        _told(front, graph, change(graph, submission, state, Said(by, why)), drawn_on)


@app.command()
def verify(
    submission: Id,
    body: Annotated[
        str, typer.Option("--body", help="Verifier: approval number, IRI or part of its name. 核查机构批准号或名称。")
    ],
    level: Annotated[str, typer.Option("--level", help="Assurance level: limited or reasonable. 保证等级。")],
    on: Annotated[str, typer.Option("--on", help="Day on which it was completed, YYYY-MM-DD. 核查完成日期。")],
    why: Why = "",
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Record a verification by a body whose scope fits; the submission is then verified. 登记核查记录。"""
    from registry.life import Verified
    from registry.life import verify as record

    front = Front.of(store, json, lang)
    with front.open("write") as graph:
        _told(front, graph, record(graph, submission, Verified(body, level, day(on, "--on"), why)))


@app.command()
def withdraw(submission: Id, by: By, why: Why = "", store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Take a submission back: its study leaves the graph and stays in the archive, its certificates are suspended. 撤回提交。"""
    status(submission, "withdrawn", by, why, store, json, lang)


def _told(front: Front, graph: GraphStore, submission: Submission, drawn_on: Dependents | None = None) -> None:
    """Say how a submission stands now, and who drew on it where it has left the graph."""
    from registry.receipt import whole

    data = whole(graph, submission) | {"drawn_on": None if drawn_on is None else drawn_on.as_dict()}
    if front.json:
        front.print_json(data)
        return
    from tanmai.render.dependents import show_dependents
    from tanmai.render.registry import show_story, show_verifications

    show_verifications(data["verifications"], front.lang)
    show_story(data["history"], front.lang)
    show_dependents(data["drawn_on"], front.lang)
