"""Records of exchange (PACT) into the store and out of it; the commands `import` and `export` hand them over to here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from tanmai.words import word

if TYPE_CHECKING:
    from mappings.pact import Imported, Published, ReadReport
    from tanmai.commands.options import Front

FORMAT: Final = "pact"
"""Name of the format."""


def is_record_file(path: Path, format_name: str | None) -> bool:
    """Whether a file is to be read as PACT records: because it is said, or because of its suffix."""
    named = path.name.lower().removesuffix(".gz")
    return format_name == FORMAT or (format_name is None and named.endswith(".json"))


def import_file(front: Front, path: Path) -> None:
    """Take in the records of a file, or say what is wrong with them and end with exit code 1."""
    from mappings.errors import PackageError
    from mappings.pact import import_records, read_records
    from tanmai import knowledge

    try:
        data = path.read_bytes()
    except OSError as error:
        raise PackageError(str(path), f"cannot be read: {error.strerror or error}. Check the path.") from None
    report = read_records(data, path.name)
    if not report.usable:
        _tell(front, report, None)
        raise typer.Exit(1)
    with front.connect("write") as graph:
        with graph.transaction("init") as transaction:
            knowledge.load_into(transaction)
        done = import_records(graph, report)
    _tell(front, report, done)


def _tell(front: Front, report: ReadReport, done: Imported | None) -> None:
    if front.json:
        told: dict[str, Any] = {**report.as_dict(), "imported": None}
        if done is not None:
            told["imported"] = {name: list(getattr(done, name)) for name in ("added", "unchanged", "deprecated")}
            told["factors"] = dict(done.factors)
        front.print_json(told)
        return
    from tanmai.render.records import printable, show_report

    show_report(report, front.lang)
    if done is None:
        typer.echo(word("records_refused", front.lang))
        return
    typer.echo(word("records_taken", front.lang, added=len(done.added), unchanged=len(done.unchanged)))
    if done.deprecated:
        typer.echo(word("records_deprecated", front.lang, names=", ".join(done.deprecated)))
    for each in report.records:
        factor = done.factors.get(each.id)
        usable = word("factor_none", front.lang) if factor is None else word("factor_at", front.lang, iri=factor)
        typer.echo(f"{printable(each.record['productNameCompany'])}: {usable}")


def export_file(front: Front, target: Path, product: str | None, study: str | None, gwp: str) -> None:
    """Write the records that the store holds, or publish the footprint of one product and write its record."""
    from mappings.pact import dumps, record_texts

    if product is None:
        if study is not None:
            raise typer.BadParameter("--study goes with --product.")
        with front.connect() as graph:
            found = list(record_texts(graph))
        _write(target, f'{{"data":[{",".join(found)}]}}')
        _written(front, target, len(found))
        return
    with front.connect("write") as store:
        from graphstore.answers.graph import Calculation
        from mappings.pact import publish
        from tanmai import knowledge
        from tanmai.commands.calculate import settings_of

        knowledge.require(store)
        made = publish(Calculation(store, settings_of(gwp, "error", "error", strict=False)), product, study)
    _write(target, dumps(made.record))
    _published(front, target, made)


def _write(target: Path, text: str) -> None:
    from mappings.errors import PackageError

    try:
        target.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise PackageError(
            str(target), f"cannot be written: {error.strerror or error}. Choose another place."
        ) from None


def _written(front: Front, target: Path, count: int) -> None:
    if front.json:
        front.print_json({"path": str(target), "format": FORMAT, "records": count})
    else:
        typer.echo(word("records_written", front.lang, count=count, path=target))


def _published(front: Front, target: Path, made: Published) -> None:
    identifier = str(made.record["id"])
    if front.json:
        front.print_json(
            {
                "path": str(target),
                "format": FORMAT,
                "records": 1,
                "id": identifier,
                "changed": made.changed,
                "replaced": list(made.replaced),
                "shared": {name: str(extent) for name, extent in made.shared.items()},
                "findings": [finding.as_dict() for finding in made.findings],
                "losses": [loss.as_dict() for loss in made.losses],
            }
        )
        return
    from tanmai.render.records import show_findings, show_losses

    show_findings((("1", finding) for finding in made.findings), front.lang)
    show_losses((("1", loss) for loss in made.losses), front.lang)
    typer.echo(word("record_published" if made.changed else "record_published_before", front.lang, name=identifier))
    if made.replaced:
        typer.echo(word("records_replaced", front.lang, names=", ".join(made.replaced)))
    if made.shared:
        typer.echo(word("record_shared", front.lang, names=", ".join(sorted(made.shared))))
    _written(front, target, 1)
