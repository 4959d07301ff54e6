"""The console script `tanmai`: commands, and one table that turns errors into exit codes.

Exit codes: 0 done, 1 a negative verdict (a check that failed), 2 an error with one clear message on stderr.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys

import typer

from tanmai.commands import ask, calculate, compare, data, demo

app = typer.Typer(
    name="tanmai",
    help="Tanmai 碳脉: product carbon footprints on a knowledge graph. 基于知识图谱的产品碳足迹系统。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command(name="demo")(demo.demo)
app.command(name="init")(data.init)
app.command(name="info")(data.info)
app.command(name="load")(data.load)
app.command(name="import")(data.import_package)
app.command(name="query")(ask.query)
app.command(name="products")(ask.products)
app.command(name="footprint")(calculate.footprint)
app.command(name="explain")(calculate.explain)
app.command(name="compare")(compare.compare)
app.command(name="contributions")(compare.contributions)
app.command(name="suppliers")(compare.suppliers)
app.command(name="export")(data.export)
app.command(name="backup")(data.backup)
app.command(name="restore")(data.restore)
app.command(name="release")(data.release)
app.command(name="doctor")(data.doctor)

ERROR = 2
"""Exit code of anything that went wrong and was told."""


INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

_STOPPED = "interrupted; nothing half-done is kept. 已中断，未留下半成品。"


def main() -> None:
    """Run the command line; an error ends in one message on stderr and exit code 2, never in a traceback."""
    _write_utf8()
    sys.argv[1:] = [_decoded(argument) for argument in sys.argv[1:]]
    try:
        app()
    except BrokenPipeError:
        sys.stdout = None  # the reader went away (`| head`); nothing is left to flush
    except KeyboardInterrupt:
        typer.echo(_STOPPED, err=True)
        sys.exit(INTERRUPTED)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # typer has turned the interrupt into an exit
            typer.echo(_STOPPED, err=True)
        raise
    except Exception as error:
        if os.environ.get("TANMAI_TRACEBACK"):
            raise
        typer.echo(message(error), err=True)
        sys.exit(ERROR)


def _write_utf8() -> None:
    """Write UTF-8 where the locale (LANG=C) has an encoding that cannot hold names in Chinese or the lines of a tree."""
    for stream in (sys.stdout, sys.stderr):
        try:
            "█铝".encode(stream.encoding or "ascii")
        except UnicodeEncodeError:
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8")


def _decoded(argument: str) -> str:
    """Read as UTF-8 what Python left undecoded, because the locale (LANG=C) knows ASCII alone."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        with contextlib.suppress(UnicodeDecodeError):
            return argument.encode(sys.getfilesystemencoding(), "surrogateescape").decode()
    return argument


def message(error: Exception) -> str:
    """Return what to tell a person about an error: its own words where it is one of ours, else what failed and how to report it."""
    if isinstance(error, (*_roots(), OSError)):
        return f"error: {error}"
    return (
        f"internal error: {type(error).__name__}: {error}\n"
        "This is a fault of Tanmai, not of your data. Run it again with TANMAI_TRACEBACK=1 and report what is printed."
    )


def _roots() -> tuple[type[Exception], ...]:
    """The roots of the packages' error trees; imported only when something failed."""
    from footprint.errors import FootprintError
    from graphstore.errors import GraphStoreError
    from mappings.errors import MappingError
    from ontology.errors import OntologyError

    return FootprintError, GraphStoreError, MappingError, OntologyError
