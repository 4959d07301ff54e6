"""The notebook of examples/: its code cells run in order in one namespace, and say what was worked out by hand.

A tonne of ingot needs 13400 + 480 + 45 kWh of grid power at 0.5777 kg CO2e, or of hydropower at 0.0141.
"""

import json
import re
from pathlib import Path

import pytest

NOTEBOOK = json.loads((Path(__file__).parents[2] / "examples" / "first-questions.ipynb").read_text(encoding="utf-8"))
CELLS = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
INGOT = 12208.93016


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the names of the notebook stand for after its last cell; every last expression can be shown."""
    names = {"__name__": "notebook"}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("notebook"))
        for cell in CELLS:
            *_, last = cell.splitlines()
            exec(compile(cell, "first-questions.ipynb", "exec"), names)
            if re.match(r"\w+[\w.(), ]*$", last.partition("#")[0].strip()):
                assert str(eval(last, names))
    yield names
    names["g"].close()


def test_the_numbers_are_those_worked_out_by_hand(said):
    assert said["ingot"].total == pytest.approx(INGOT)
    assert said["gap"].difference == pytest.approx(-13400 * (0.5777 - 0.0141))
    assert said["more_anode"].difference == pytest.approx(0.045 * 600)
    assert said["all_hydro"].new == pytest.approx(INGOT - 13925 * (0.5777 - 0.0141))
    low, high = said["sure"].interval
    assert low < INGOT < high
    rows = {row["method"]: row["kg_co2e"] for row in said["methods"].frame.iter_rows(named=True)}
    assert (rows["mass"], rows["unallocated"]) == (pytest.approx(2), pytest.approx(10))


def test_the_query_calculates_all_three_ingots(said):
    kilograms = [row[1] for row in said["ingots"].rows]
    assert len(kilograms) == 3
    assert kilograms == sorted(kilograms)
    assert kilograms[0] == pytest.approx(INGOT - 13400 * (0.5777 - 0.0141))
    assert not said["ingots"].failures


def test_search_finds_the_grid_factors(said):
    assert said["found"]["name"].str.contains("grid").any()


def test_nothing_that_was_run_is_kept_and_the_text_is_in_both_languages():
    for cell in NOTEBOOK["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
        else:
            assert re.search("[\u4e00-\u9fff]", text)
            assert re.search("[A-Za-z]{3}", text)
