"""Every example study computes, and what it declares is what Tanmai computes: in total, per stage and per emission category.

The totals of cement, lime, glass and the like were worked out by hand from the figures in the files; national electricity
footprint factor of 2024: 0.5777 kg CO2e per kWh (announcement of the Ministry of Ecology and Environment). AR6: fossil CH4 29.8,
biogenic CH4 27.0, N2O 273.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import tanmai

STUDIES = Path(__file__).parents[2] / "examples" / "studies"
ID = "https://w3id.org/tanmai/id/"
GRID = 0.5777

# Per tonne: limestone 2.5; raw meal; kiln with 520 from calcination, coal (30 + 4 CH4) and fuel from refuse.
LIMESTONE = 2.5
KILN = 1.55 * (1.02 * LIMESTONE + 18 * GRID) + 0.11 * (30 + 4 * 29.8) + 0.03 * 40 + 32 * GRID + 520 + 270 + 18
CEMENT = 0.75 * KILN + 0.15 * 35 + 0.05 * 10 + 0.05 * LIMESTONE + 45 * 0.11 + 34 * GRID

# Per kilogram of fabric, then per shirt.
YARN = 1.12 * (1.1 + 0.004 * 273) + 3.5 * GRID
DYED_FABRIC = 1.03 * (1.02 * YARN + 1.1 * GRID) + 0.7 * 2.184 + 1.6 * GRID
SHIRT = 0.145 * DYED_FABRIC + 0.25 * GRID + 0.01 * 0.9 + 0.13 * 0.11 + 0.6 * GRID + 0.0125 * 1.8 + 0.01

BY_HAND = {
    "cement": CEMENT,
    "textiles": SHIRT,
}

STUDY = """
PREFIX tm: <https://w3id.org/tanmai/ontology#>
SELECT ?product ?total WHERE {
  ?study a tm:FootprintStudy ; tm:studyProduct ?product ; tm:declares ?declared .
  ?declared tm:co2e ?total .
  FILTER NOT EXISTS { ?declared tm:variantOf ?main }
}
"""

PARTS = """
PREFIX tm: <https://w3id.org/tanmai/ontology#>
SELECT ?group ?part WHERE {
  ?study tm:declares ?declared .
  ?declared tm:contribution ?contribution .
  ?contribution tm:co2e ?part .
  { ?contribution tm:stage ?group } UNION { ?contribution tm:emissionCategory ?group }
  FILTER NOT EXISTS { ?declared tm:variantOf ?main }
}
"""


def studies() -> list[str]:
    """The files that hold a study, not a record for exchange alone."""
    return sorted(
        path.stem for path in STUDIES.glob("*.ttl") if "tm:FootprintStudy" in path.read_text(encoding="utf-8")
    )


@pytest.fixture(scope="module", params=studies())
def study(request: pytest.FixtureRequest) -> Iterator[tuple[str, tanmai.Graph]]:
    with tanmai.open(lang="en") as graph:
        graph.load(STUDIES / f"{request.param}.ttl")
        yield request.param, graph


def test_what_a_study_declares_is_what_is_computed(study: tuple[str, tanmai.Graph]) -> None:
    _, graph = study
    ((product, total),) = ((row["product"], float(row["total"])) for row in graph.query(STUDY).frame.to_dicts())
    found = graph.footprint(product)
    assert total == pytest.approx(found.total, rel=1e-9)
    declared = {row["group"]: float(row["part"]) for row in graph.query(PARTS).frame.to_dicts()}
    stages = dict(found.stages.select("iri", "kg_co2e").iter_rows())
    categories = {each["iri"]: each["value"] for each in found.data["categories"]}
    tolerance = 1e-8 * abs(total)
    for group, value in {**stages, **categories}.items():
        assert declared.pop(group, 0) == pytest.approx(value, rel=1e-8, abs=tolerance), group
    assert all(value == 0 for value in declared.values()), declared
    assert sum(stages.values()) == pytest.approx(found.total, rel=1e-9)


def test_the_result_is_that_worked_out_by_hand(study: tuple[str, tanmai.Graph]) -> None:
    key, graph = study
    if key not in BY_HAND:
        pytest.skip("its total is worked out in the test of its group")
    ((product, total),) = ((row["product"], float(row["total"])) for row in graph.query(STUDY).frame.to_dicts())
    assert graph.footprint(product).total == pytest.approx(BY_HAND[key], rel=1e-9)
    assert total == pytest.approx(BY_HAND[key], rel=1e-9)
