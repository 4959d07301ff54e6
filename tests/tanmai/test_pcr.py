"""`tanmai pcr new` from the command line."""

import pytest
from typer.testing import CliRunner

from tanmai.cli import app

RUN = CliRunner()
NEW = [
    "pcr", "new", "FOIL", "--base", "https://example.org/rules/foil/", "--name-en", "aluminium foil", "--name-zh", "铝箔",
    "--group", "electrolytic-aluminium", "--unit", "1 t", "--boundary", "cradle-to-gate", "--author", "foil committee",
]  # fmt: skip


def test_a_new_rule_is_written_to_a_file_and_never_over_one(tmp_path):
    file = tmp_path / "foil.ttl"
    answer = RUN.invoke(app, [*NEW, "--single-cut-off", "1%", "-o", str(file)])
    assert answer.exit_code == 0, answer.output
    text = file.read_text(encoding="utf-8")
    assert "tm:amount 0.01 ;" in text
    assert "sh:minInclusive 1 ;" in text
    again = RUN.invoke(app, [*NEW, "-o", str(file)])
    assert again.exit_code == 2
    assert "is there already" in again.output
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--unit", "tonne", "no quantity"), ("--unit", "x t", "no quantity"), ("--total-cut-off", "five", "no share")],
)
def test_a_slip_is_told(option, value, said):
    answer = RUN.invoke(app, [*NEW, option, value])
    assert answer.exit_code == 2
    assert said in answer.output
