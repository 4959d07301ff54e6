"""The pages tell the truth: every command is named, every shown command runs, every shown number comes out."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from amounts import THOROUGH

ROOT = Path(__file__).parents[2]
PAGES = ("docs/after-the-first-number.md", "docs/after-the-first-number.zh-CN.md")
GUIDES = ("docs/judging-a-study.md", "docs/judging-a-study.zh-CN.md")
NUMBER = re.compile(r"[+-]?\d[\d,.]*\d(?:e-\d+)?")


@pytest.fixture(scope="module")
def demo(tmp_path_factory, with_knowledge):
    from graphstore import GraphStore

    where = tmp_path_factory.mktemp("docs") / "store"
    with GraphStore.open(with_knowledge(where)) as store, store.transaction("demo") as transaction:
        transaction.load(ROOT / "tanmai/demo/aluminium.ttl", key="demo-aluminium")
    return where


@pytest.fixture
def run(demo, tmp_path, monkeypatch, capsys):
    """Run a command line on a copy of the store; compiled shapes are kept for all pages."""
    from tanmai import cli

    store = shutil.copytree(demo, tmp_path / "store")
    (tmp_path / "examples").symlink_to(ROOT / "examples")  # what a page writes is written beside it
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANMAI_STORE", str(store))
    monkeypatch.setenv("TANMAI_LANG", "en")
    monkeypatch.setenv("XDG_CACHE_HOME", str(demo.parent / "cache"))

    def call(line):
        monkeypatch.setattr(sys, "argv", shlex.split(line.partition(" > ")[0]))
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def shown(page):
    """The commands of a page's shell blocks, each with the output lines under it."""
    for block in re.findall(r"```\n(\$ .*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL):
        for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = piece.partition("\n")
            yield command, output


@pytest.mark.parametrize("page", PAGES)
def test_every_shown_command_runs_and_gives_the_numbers_shown(run, page):
    told = list(shown(page))
    assert len(told) >= 8
    for command, output in told:
        code, out, err = run(command)
        assert code in {0, 1}, (command, err)
        assert not re.search("error|错误", err), (command, err)
        for number in NUMBER.findall(output):
            assert number.lstrip("+") in out, (command, number)


def pieces(output):
    """The texts that a shown output is made of: what stands between the places where it is cut short."""
    return [piece for line in output.splitlines() for part in line.split("...") if (piece := " ".join(part.split()))]


@pytest.mark.thorough
@pytest.mark.parametrize("page", GUIDES if THOROUGH else GUIDES[:1])
def test_every_step_of_the_guide_runs_and_prints_what_is_shown(run, page, tmp_path):
    for name, text in re.findall(r"```turtle\n# (\S+)\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")
    told = list(shown(page))
    assert len([command for command, _ in told if command.startswith("tanmai ")]) >= 15
    for command, output in told:
        if not command.startswith("tanmai "):
            subprocess.run(command, shell=True, check=True)  # the page's own sed and mkdir
            continue
        code, out, err = run(command)
        assert code in {0, 1}, (command, err)
        printed, here = " ".join(out.split() + err.split()), 0
        for piece in pieces(output):
            here = printed.find(piece, here)
            assert here >= 0, (command, piece, printed)


def test_both_languages_of_the_guide_show_the_same_commands():
    english, chinese = ([command for command, _ in shown(page)] for page in GUIDES)
    assert [command.replace(" --lang zh", "") for command in chinese] == english


@pytest.mark.parametrize(("page", "guide"), [("README.md", GUIDES[0]), ("README.zh-CN.md", GUIDES[1])])
def test_the_report_in_the_readme_is_that_of_the_guide(page, guide):
    command, output = next(each for each in shown(page) if each[0].startswith("tanmai validate"))
    assert set(output.splitlines()) <= set(dict(shown(guide))[command].splitlines())


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_command_is_named_in_the_readme(page):
    from tanmai.cli import app

    names = [info.name for info in app.registered_commands] + [info.name for info in app.registered_groups]
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [name for name in names if not re.search(rf"`(?:tanmai )?{name}\b", text)] == []
