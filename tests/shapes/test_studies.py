"""Every example study computes, and what it declares is what Tanmai computes: in total, per stage and per emission category.

The totals of minerals, chemicals, farm, forest and textiles were worked out by hand from the figures in the files; national electricity
footprint factor of 2024: 0.5777 kg CO2e per kWh (announcement of the Ministry of Ecology and Environment). AR6: fossil CH4 29.8,
biogenic CH4 27.0, N2O 273.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from tanmai.graph import Graph

STUDIES = Path(__file__).parents[2] / "examples" / "studies"
GRID = 0.5777

# Per tonne: limestone 2.5; raw meal; kiln with 520 from calcination, coal (30 + 4 CH4) and fuel from refuse.
LIMESTONE = 2.5
KILN = 1.55 * (1.02 * LIMESTONE + 18 * GRID) + 0.11 * (30 + 4 * 29.8) + 0.03 * 40 + 32 * GRID + 520 + 270 + 18
CEMENT = 0.75 * KILN + 0.15 * 35 + 0.05 * 10 + 0.05 * LIMESTONE + 45 * 0.11 + 34 * GRID

# Per kilogram of fabric, then per shirt.
YARN = 1.12 * (1.1 + 0.004 * 273) + 3.5 * GRID
DYED_FABRIC = 1.03 * (1.02 * YARN + 1.1 * GRID) + 0.7 * 2.184 + 1.6 * GRID
SHIRT = 0.145 * DYED_FABRIC + 0.25 * GRID + 0.01 * 0.9 + 0.13 * 0.11 + 0.6 * GRID + 0.0125 * 1.8 + 0.01

COAL, COKE = 30 + 4 * 29.8, 300 + 4 * 29.8
LIME = 1.8 * 2.5 + 0.12 * COAL + 60 * 0.11 + 40 * GRID + 750 + 290

# Glass: 1.16 t of melt make 80 m2. Tiles: 1.16 t of body make 50 m2.
GLASS_BATCH = 0.19 * 1100 + 0.72 * 20 + 0.09 * 25 + 300 * 0.11 + 12 * GRID
GLASS = (1.16 * (1.17 * GLASS_BATCH + 190 * 2.184 + 60 * GRID + 165) + 75 * GRID) / 80
TILE_BODY = 1.04 * 9 + 38 * 2.184 + 180 * 0.11 + 55 * GRID
TILE = (1.16 * TILE_BODY + 0.025 * 1500 + 72 * 2.184 + 130 * GRID + 14) / 50
WOOL_BATCH = 0.8 * 6 + 0.2 * 3 + 150 * 0.11 + 8 * GRID
WOOL = 1.05 * (1.08 * WOOL_BATCH + 0.13 * COKE + 45 * GRID + 36 + 400) + 0.03 * 2400 + 320 * GRID

# Ethylene carries 0.36 of 1 t by mass. Polymer: N2O of the field 0.9 kg per t of maize.
CRACKED_GAS = 1.19 * (330 + 1.5 * 29.8) + 120 * 0.11 + 25 * 2.184 + 20 * GRID + 515
ETHYLENE = CRACKED_GAS + 90 * GRID
LACTIC_ACID = 1.5 * (110 + 0.9 * 273) + 450 * 0.11 + 120 * 2.184 + 380 * GRID
POLYMER = 1.28 * LACTIC_ACID + 90 * 2.184 + 700 * GRID

# 100 kg of eggs and 7 kg of hens; 1000 kg of milk carry 0.88 of the farm.
HEN_FEED = 0.38 + 0.0006 * 273 + 0.05
MANURE = 0.0016 * 27 + 0.00012 * 273
EGG = (225 * HEN_FEED + 210 * MANURE + 0.6 * 3.7 + 45 * 0.11 + 22 * GRID + 0.011 * 273) / 107
FARM = 0.88 * (720 * (0.28 + 0.0005 * 273) + 55 * GRID + (17 + 3) * 27 + 0.25 * 273) / 1000
MILK = 1.015 * FARM + (8 * 2.184 + 45 * GRID + 28 * 2.9 + 10 * GRID) / 1000 + 0.15 * 0.11 + 0.02 * GRID + 0.07

PLANTATION = 0.7 + 0.001 * 273 + 0.4
COMPOUND = 0.25 * PLANTATION + 0.33 * 3.1 + 0.42 * 2.9 + 1.2 * 0.11 + 0.5 * GRID
TYRE = 7.3 * COMPOUND + 1.4 * 2.6 + 0.4 * 5 + 1.5 * 2.184 + 9 * GRID + 60 * 3.7 + 0.5 + 0.6

PHOSPHORIC_ACID = 3.4 * 12 + 2.7 * (30 + 45 * GRID) + 500 * 0.11 + 180 * GRID + 5 * 3 + 70
AMMONIA = 2300 + 800 + 900 * GRID
FERTILISER = 0.465 * PHOSPHORIC_ACID + 0.222 * AMMONIA + 12 * 2.184 + 60 * GRID

LUMBER = 1.7 * 11 + 160 * 0.11 + 2200 * 0.00003 * 27 + 45 * GRID
BOARD = 1.12 * LUMBER + 9 * 1.9 + 95 * GRID

BY_HAND = {
    "cement": CEMENT,
    "textiles": SHIRT,
    "lime": LIME,
    "flat-glass": GLASS,
    "ceramics": TILE,
    "mineral-wool": WOOL,
    "ethylene": ETHYLENE,
    "bio-based-plastics": POLYMER,
    "livestock": EGG,
    "dairy": MILK,
    "tyres": TYRE,
    "ammonium-phosphate": FERTILISER,
    "wood": BOARD,
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

Loaded = Callable[[Path], Graph]


def studies() -> list[str]:
    """The files that hold a study, not a record for exchange alone."""
    return sorted(
        path.stem for path in STUDIES.glob("*.ttl") if "tm:FootprintStudy" in path.read_text(encoding="utf-8")
    )


@pytest.fixture(params=studies())
def study(request: pytest.FixtureRequest, loaded: Loaded) -> Graph:
    return loaded(STUDIES / f"{request.param}.ttl")


def test_what_a_study_declares_is_what_is_computed(study: Graph) -> None:
    ((product, total),) = ((row["product"], float(row["total"])) for row in study.query(STUDY).frame.to_dicts())
    found = study.footprint(product)
    assert total == pytest.approx(found.total, rel=1e-9)
    declared = {row["group"]: float(row["part"]) for row in study.query(PARTS).frame.to_dicts()}
    stages = dict(found.stages.select("iri", "kg_co2e").iter_rows())
    categories = {each["iri"]: each["value"] for each in found.data["categories"]}
    tolerance = 1e-8 * abs(total)
    for group, value in {**stages, **categories}.items():
        assert declared.pop(group, 0) == pytest.approx(value, rel=1e-8, abs=tolerance), group
    assert all(value == 0 for value in declared.values()), declared
    assert sum(stages.values()) == pytest.approx(found.total, rel=1e-9)


@pytest.mark.parametrize("key", BY_HAND)
def test_the_result_is_that_worked_out_by_hand(key: str) -> None:
    """Read from the file alone: that it is what Tanmai computes is the test above."""
    store = ox.Store()
    store.load(path=STUDIES / f"{key}.ttl", format=ox.RdfFormat.TURTLE)
    (row,) = store.query(STUDY)
    assert float(row["total"].value) == pytest.approx(BY_HAND[key], rel=1e-9)


def test_the_declared_variant_of_ethylene_shares_by_heating_value() -> None:
    """MJ per kg: ethylene 47.2, propylene 45.8, C4 44.5, pyrolysis gasoline 42, hydrogen 120."""
    heat = {"ethylene": 0.36 * 47.2, "rest": 0.19 * 45.8 + 0.12 * 44.5 + 0.31 * 42 + 0.02 * 120}
    by_heat = (CRACKED_GAS + 90 * GRID) * heat["ethylene"] / sum(heat.values()) / 0.36
    text = (STUDIES / "ethylene.ttl").read_text(encoding="utf-8")
    stated = re.search(r"tm:variantOf s:declared ;\n.*\n    tm:co2e (\S+) ;", text)
    assert stated
    assert float(stated[1]) == pytest.approx(by_heat, rel=1e-9)


def test_other_coal_changes_the_cement_as_the_clinker_ratio_says(tmp_path: Path, loaded: Loaded) -> None:
    coal = random.Random(20261125).randint(100, 900)
    text = (STUDIES / "cement.ttl").read_text(encoding="utf-8")
    assert text.count("    tm:amount 270 ;\n") == 1
    changed = tmp_path / "changed.ttl"
    changed.write_text(text.replace("    tm:amount 270 ;\n", f"    tm:amount {coal} ;\n"), encoding="utf-8")
    found = loaded(changed).footprint("https://w3id.org/tanmai/example/studies/cement/cement")
    assert found.total == pytest.approx(CEMENT + 0.75 * (coal - 270), rel=1e-9)
