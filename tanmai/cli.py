"""The console script `tanmai`: commands, and one table that turns errors into exit codes.

Exit codes: 0 done, 1 a negative verdict (a check that failed), 2 an error with one clear message on stderr.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import re
import sys
from typing import Final, cast

import typer
import typer.core
import typer.main

from tanmai.commands import (
    affected,
    ask,
    audience,
    audit,
    calculate,
    certificate,
    check,
    client,
    compare,
    cutoffs,
    data,
    demo,
    electricity,
    flowchart,
    hybrid,
    materialize,
    missing,
    pact,
    pcr,
    quality,
    scenario,
    search,
    serve,
    submission,
    validate,
    variants,
    watch,
    whatif,
)
from tanmai.commands import uncertainty as uncertain
from tanmai.settings import language_of
from tanmai.words import Language, word

app = typer.Typer(
    name="tanmai",
    help="Tanmai 碳脉: product carbon footprints on a knowledge graph. 基于知识图谱的产品碳足迹系统。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help in half the time, and of one form with the errors
)
app.command(name="demo")(demo.demo)
app.command(name="init")(data.init)
app.command(name="info")(data.info)
app.command(name="load")(data.load)
app.command(name="import")(data.import_package)
app.command(name="query")(ask.query)
app.command(name="products")(ask.products)
app.command(name="search")(search.search)
app.command(name="footprint")(calculate.footprint)
app.command(name="explain")(calculate.explain)
app.command(name="missing")(missing.missing)
app.command(name="materialize")(materialize.materialize)
app.command(name="hybrid")(hybrid.hybrid)
app.command(name="method")(hybrid.method)
app.command(name="uncertainty")(uncertain.uncertainty)
app.command(name="variants")(variants.variants)
app.command(name="flowchart")(flowchart.flowchart)
app.command(name="check")(check.check)
app.command(name="validate")(validate.validate)
app.command(name="cutoffs")(cutoffs.cutoffs)
app.command(name="quality")(quality.quality)
app.add_typer(electricity.app, name="electricity")
app.command(name="whatif")(whatif.whatif)
app.add_typer(scenario.app, name="scenario")
app.add_typer(pcr.app, name="pcr")
app.add_typer(pact.app, name="pact")
app.command(name="affected")(affected.affected)
app.command(name="compare")(compare.compare)
app.command(name="contributions")(compare.contributions)
app.command(name="suppliers")(compare.suppliers)
app.command(name="submit")(submission.submit)
app.add_typer(submission.app, name="submission")
app.add_typer(certificate.app, name="certificate")
app.add_typer(audience.app, name="audience")
app.command(name="serve")(serve.serve)
app.add_typer(client.app, name="client")
app.add_typer(audit.app, name="audit")
app.add_typer(watch.app, name="watch")
app.command(name="export")(data.export)
app.command(name="backup")(data.backup)
app.command(name="restore")(data.restore)
app.command(name="release")(data.release)
app.command(name="doctor")(data.doctor)

ERROR = 2
"""Exit code of anything that went wrong and was told."""


INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

_ParserError: Final[type[Exception]] = typer.BadParameter.__mro__[2]
"""The root of the errors of the command line's parser (`ClickException`); typer hands out only its leaves."""


def main() -> None:
    """Run the command line; an error ends in one message on stderr and exit code 2, never in a traceback."""
    _write_utf8()
    sys.argv[1:] = [_decoded(argument) for argument in sys.argv[1:]]
    lang = language_of(sys.argv[1:])
    _list_commands_in(lang)
    try:
        code = _parser(sys.argv[1:])(standalone_mode=False)
    except BrokenPipeError:
        sys.stdout = None  # the reader went away (`| head`); nothing is left to flush
        return
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if os.environ.get("TANMAI_TRACEBACK") and not isinstance(error, _ParserError):
            raise
        code = _told(error, lang)
    if code == INTERRUPTED:
        typer.echo(word("interrupted", lang), err=True)
    if code:
        sys.exit(code)


def _parser(arguments: list[str]) -> typer.core.TyperGroup:
    """Build the parser of the one command that is named: to build those of all takes longer than many a command runs.

    All are built for what names none (help, a misspelling), and for `demo`, which runs the others.
    """
    named = arguments[0] if arguments else ""
    chosen = copy.copy(app)
    chosen.registered_commands = [info for info in app.registered_commands if info.name == named]
    chosen.registered_groups = [info for info in app.registered_groups if info.name == named]
    alone = named != "demo" and (chosen.registered_commands or chosen.registered_groups)
    return typer.main.get_group(chosen if alone else app)


_CHINESE_PART: Final = re.compile(r"(?<=[.!?])\s+(?=[^\x00-\x7f])")


def _list_commands_in(lang: Language) -> None:
    """Have the list of commands say in one language, whole, what each is for; each command's own help is in both."""
    for info in app.registered_commands:
        info.short_help = _in_language(info.callback.__doc__ if info.callback else None, lang)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.short_help = _in_language(str(group.typer_instance.info.help or ""), lang)


def _in_language(text: str | None, lang: Language) -> str:
    """Take the English or the Chinese part of a help text that begins `English. 中文。`"""
    first = " ".join((text or "").partition("\n\n")[0].split())
    english, _, chinese = _CHINESE_PART.sub("\n", first, count=1).partition("\n")
    return chinese or english if lang == "zh" else english


def _told(error: Exception, lang: Language) -> int:
    """Tell an error on stderr and return the exit code."""
    if not isinstance(error, _ParserError):
        typer.echo(message(error, lang), err=True)
    elif type(error).__name__ != "NoArgsIsHelpError":  # its message is the help, which is printed already
        typer.echo(usage(cast("typer.BadParameter", error), lang), err=True)
    return ERROR


def usage(error: typer.BadParameter, lang: Language) -> str:
    """Return what to tell about a command line that cannot be parsed: how it is used, where to look, what is wrong."""
    from tanmai.translate import translated

    told = [word("error", lang, text=translated(error.format_message(), lang))]
    context = getattr(error, "ctx", None)
    if context is not None:
        how = context.get_usage().partition(": ")[2]
        told[:0] = [word("usage", lang, text=how), word("try_help", lang, command=context.command_path)]
    return "\n".join(told)


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


def message(error: Exception, lang: Language) -> str:
    """Return what to tell a person about an error: its own words where it is one of ours, else what failed and how to report it."""
    from tanmai.translate import translated

    if isinstance(error, (*_roots(), OSError)):
        return word("error", lang, text=translated(str(error), lang))
    return word("internal_error", lang, text=f"{type(error).__name__}: {error}")


def _roots() -> tuple[type[Exception], ...]:
    """The roots of the packages' error trees; imported only when something failed."""
    from api.errors import ApiError
    from footprint.errors import FootprintError
    from graphstore.errors import GraphStoreError
    from mappings.errors import MappingError
    from ontology.errors import OntologyError
    from registry.errors import RegistryError
    from schemes.errors import SchemeError
    from shapes.errors import ShapesError

    return (
        ApiError,
        FootprintError,
        GraphStoreError,
        MappingError,
        OntologyError,
        RegistryError,
        SchemeError,
        ShapesError,
    )
