"""The real database: USLCI comes in through the front door and gives the values of an independent calculation.

GWP-100 of AR5 (CO2 1, fossil methane 30, N2O 265, SF6 23500), outputs only, co-products unallocated, unlinked inputs cut off:
766 processes, 2,755 inputs and 330 outputs outside the system.
"""

import json
import os
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from footprint.errors import AllocationError, IncompleteInventory
from tanmai.cli import app

READING = ("--gwp", "AR5", "--unlinked", "cutoff", "--coproducts", "unallocated")
VALUES = {
    "Electricity, bituminous coal, at power plant": 1.10575532,
    "Electricity, natural gas, at power plant": 0.75521226,
    "Transport, combination truck, diesel powered": 0.1359835304,
    "Aluminum, primary, ingot, at plant, 1998": 10.6871179521,
}


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def folder():
    found = Path(os.environ.get("TANMAI_FIXTURES", "/nonexistent")) / "data" / "uslci"
    if not found.is_dir():
        pytest.skip("USLCI is not here: set TANMAI_FIXTURES to a folder with data/uslci")
    return found


@pytest.fixture(scope="module")
def imported(folder, tmp_path_factory, with_knowledge):
    """The store, and the report of the import into it as it was before it was printed."""
    from mappings import olca

    reports, convert = [], olca.convert

    def noted(*arguments, **named):
        made = convert(*arguments, **named)
        reports.append(made.report)
        return made

    store = with_knowledge(tmp_path_factory.mktemp("uslci") / "store")
    package, flows = folder / "uslci-olca1.5-jsonld.zip", folder / "flow-map.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(olca, "convert", noted)
        assert run("import", package, "--flow-map", flows, "--key", "uslci", "--store", store, "--json").exit_code == 0
    (report,) = reports
    return store, report


@pytest.fixture(scope="module")
def uslci(imported):
    return imported[0]


@pytest.fixture(scope="module")
def scored(uslci, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "all.csv"
    assert run("footprint", "--all", *READING, "--out", out, "--store", uslci).exit_code == 0
    return out


def test_every_product_and_every_gap(scored):
    frame = pl.read_csv(scored)
    assert len(frame) == 766
    assert frame["kg_co2e"].is_finite().all()
    cut = pl.read_csv(scored.with_name("all.cutoffs.csv"))
    inputs = int((cut["reason"] == "unlinked input").sum())
    assert (inputs, len(cut) - inputs) == (2755, 330)


@pytest.mark.parametrize("name", VALUES)
def test_the_value_of_an_independent_calculation(scored, name):
    frame = pl.read_csv(scored)
    found = frame.filter(pl.col("name") == name)
    assert len(found) == 1, frame.filter(pl.col("name").str.contains(name[:12]))["name"].to_list()
    assert found["kg_co2e"][0] == pytest.approx(VALUES[name], rel=1e-8)
    assert found["error_bound"][0] < 1e-9


def test_one_product_lists_its_own_gaps(uslci):
    import json

    result = run("footprint", "Electricity, bituminous coal, at power plant", *READING, "--json", "--store", uslci)
    data = json.loads(result.stdout)
    assert data["total"]["value"] == pytest.approx(VALUES["Electricity, bituminous coal, at power plant"], rel=1e-8)
    assert 0 < len(data["cutoffs"]) < 3085
    assert sum(line["value"] for line in data["contributions"]) + data["contributions_remainder"] == pytest.approx(
        data["total"]["value"], rel=1e-9
    )


def test_without_the_reading_the_tool_stops_and_says_why(uslci):
    with pytest.raises(
        AllocationError, match="132 processes have several products, or treat several wastes, and state no"
    ):
        run("footprint", "--all", "--store", uslci)
    with pytest.raises(IncompleteInventory, match=r"exchanges ask for \d+ flows that no process or factor supplies"):
        run("footprint", "--all", "--coproducts", "unallocated", "--store", uslci)


def test_the_import_report_is_chinese_for_a_chinese_reader(imported):
    """Whatever the report says of itself has a Chinese phrase; names of flows and units stay as the package has them."""
    from tanmai.phrases import PHRASES

    _, report = imported
    said = {text for table in report.tables() for text in (table.title, *table.columns)}
    said |= {str(row[1]) for row in report.table("linking").rows}
    assert said - set(PHRASES) == set()


def test_uslci_states_few_spreads_that_mean_something(uslci):
    """Counted in the package: 5,539 spreads; 4,811 lognormal ones have a deviation of 0, 27 ranges are out of order."""
    from collections import Counter

    from footprint.gaps import Reading
    from footprint.spreads import Fault
    from graphstore import GraphStore
    from graphstore.answers.graph import Calculation, Settings

    with GraphStore.open(uslci, mode="read") as store:
        bound = Calculation(store, Settings("AR5", Reading("cutoff", "unallocated"))).uncertain
    assert Counter(bound.fault.tolist()) == {Fault.BELOW_ONE: 4811, Fault.NONE: 701, Fault.DISORDERED: 27}
    assert Counter(bound.variables.distributions.family.tolist()) == {0: 5145, 1: 12, 3: 358, 4: 24}


def test_uslci_spread_of_a_scanner(uslci):
    """Transport by lorry is triangular (10, 14, 33) t km: variance 453 / 18; one t km counts 0.1359835304 kg."""
    scanner = "Scanner, department, i3200, i3400"
    arguments = ("uncertainty", scanner, "--store", uslci, "--method", "first-order", *READING, "--json")
    refused = CliRunner().invoke(app, [str(a) for a in arguments])
    assert "minimum, mode and maximum are not in ascending order" in str(refused.exception)
    data = json.loads(run(*arguments, "--unusable", "exact").stdout)
    first = data["drivers"][0]
    assert first["half_width_alone"] == pytest.approx(1.96 * (453 / 18) ** 0.5 * 0.1359835304, rel=1e-9)
    assert first["share_of_variance"] > 0.99
    assert "spread-unusable" in {assumption["code"] for assumption in data["assumptions"]}
