"""The guide for administrators names every setting and figure, and what it shows works."""

import re
import shlex
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from api import metrics
from api.configuration import gather, read
from api.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = ("docs/serving.md", "docs/serving.zh-CN.md")
NOT_RUN = "tanmai serve"
"""What goes on until it is stopped; the process is tested in test_serve_process.py."""


def text(page):
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page):
    return re.findall(r"```(\w*)\n(.*?)```", text(page), re.DOTALL)


def exit_code(command):
    try:
        command()
    except SystemExit as end:
        return end.code or 0
    return 0


def test_both_languages_show_the_same():
    assert blocks(PAGES[0]) == blocks(PAGES[1])


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_and_figure_is_named(page):
    named = set(re.findall(r"`(\w+)`", text(page)))
    assert named >= {field.name for field in fields(Settings)}
    assert {name for name in named if name.startswith("tanmai_")} == set(metrics.FAMILIES)


def test_the_settings_file_is_one(tmp_path):
    (shown,) = (block for kind, block in blocks(PAGES[0]) if kind == "toml")
    file = tmp_path / "tanmai.toml"
    file.write_text(shown, encoding="utf-8")
    assert read(file)["hosts"] == ("data.example.org",)
    assert gather({"no_authentication_accepted": True}, {"TANMAI_API_STORE": "/data"}, file).settings.trusted_networks


def test_the_commands_run(tmp_path, monkeypatch, capsys):
    from tanmai import cli

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TANMAI_STORE", raising=False)
    (shown,) = (block for kind, block in blocks(PAGES[0]) if kind == "toml")
    (tmp_path / "tanmai.toml").write_text(shown, encoding="utf-8")
    (tmp_path / "backups").mkdir()
    commands = [line[2:] for _, block in blocks(PAGES[0]) for line in block.splitlines() if line.startswith("$ ")]
    ran = 0
    for command in commands:
        if NOT_RUN in command and "--print-config" not in command:
            continue
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        code = exit_code(cli.main)
        assert code == 0, (command, capsys.readouterr().err)
        ran += 1
    assert ran == 8
    assert (tmp_path / "restored" / "FORMAT").exists()
