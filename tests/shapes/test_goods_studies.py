"""The example studies of batteries, a handset and photovoltaic modules: what they declare is what Tanmai computes.

The totals expected here were worked out by hand from the figures in the files; national electricity footprint factor of 2024:
0.5777 kg CO2e per kWh (announcement of the Ministry of Ecology and Environment).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tanmai.graph import Graph

STUDIES = Path(__file__).parents[2] / "examples" / "studies"
GRID = 0.5777

PRODUCTS = {
    "li-ion-battery": "battery",
    "eu-battery": "battery",
    "mobile-phone": "phone",
    "photovoltaic": "direct-current",
}

CATHODE = 0.25 * 9.5 + 0.98 * 2.6 + 3.2 * GRID
CELL = 2.15 * CATHODE + 1.1 * 5.2 + 1.25 * 4.1 + 0.16 * 6.3 + 0.38 * 14.2 + 0.72 * 7.9 + 31 * GRID
MODULE = 1.002 * CELL + 0.95 * 11.5 + 0.06 * 38 + 3.4 * 0.11 + 1.6 * GRID

EU_CELL_MATERIALS = 1.75 * 14.5 + 0.95 * 5.2 + 0.9 * 4.1 + 0.13 * 6.3 + 0.3 * 14.2 + 0.55 * 7.9
EU_CELL = EU_CELL_MATERIALS + 1.2 * 2.4 + 30 * GRID
EU_PACK = 80.5 * EU_CELL + 62 * 11.5 + 3.1 * 38 + 95 * GRID
EU_BATTERY = (EU_PACK + 610 * 0.11 + 210) / (75 * 60 * 8)

PARTS = 1.01 * 6.2 + 23.5 + 0.022 * 62 + 1.6 + 0.048 * 13.5 + 2.9 + 1.9 + 0.35 + 0.22
PHONE = PARTS + 5.6 * GRID + 1.4 * 0.11 + 3 * 365 * 0.016 * GRID + 0.4

INGOT = 1.04 * (1.09 * 9.8 + 58 * GRID) + 26 * GRID
SOLAR_CELL = 1.02 * (0.55 * INGOT + 4.5 * GRID) + 0.011 * 160 + 12 * GRID
GLASS_AND_FRAME = 46 * (0.17 * 2.4 + 0.35 * GRID) + 6.2 * (1.03 * 13.1 + 0.4 * GRID)
KILOWATT_PEAK = 4.55 * SOLAR_CELL + GLASS_AND_FRAME + 5.4 * 3.9 + 38 * 0.11 + 16 * GRID
DIRECT_CURRENT = (KILOWATT_PEAK + (95 + 12) * 0.11 + 62 * 0.12) / 31164

BY_HAND = {
    "li-ion-battery": MODULE,
    "eu-battery": EU_BATTERY,
    "mobile-phone": PHONE,
    "photovoltaic": DIRECT_CURRENT,
}

DECLARED = """
PREFIX tm: <https://w3id.org/tanmai/ontology#>
SELECT ?stage ?total ?part WHERE {
  ?study tm:declares ?declared .
  ?declared tm:co2e ?total ; tm:contribution ?contribution .
  ?contribution tm:stage ?stage ; tm:co2e ?part .
}
"""

Loaded = Callable[[Path], Graph]


def product(study: str) -> str:
    return f"https://w3id.org/tanmai/example/studies/{study}/{PRODUCTS[study]}"


@pytest.fixture(params=PRODUCTS)
def study(request: pytest.FixtureRequest, loaded: Loaded) -> tuple[str, Graph]:
    return request.param, loaded(STUDIES / f"{request.param}.ttl")


def test_what_is_declared_is_what_is_computed(study: tuple[str, Graph]) -> None:
    key, graph = study
    found = graph.footprint(product(key))
    rows = graph.query(DECLARED).frame.to_dicts()
    (total,) = {float(row["total"]) for row in rows}
    stages = {row["stage"]: float(row["part"]) for row in rows}
    assert total == pytest.approx(found.total, rel=1e-9)
    assert stages == pytest.approx(dict(found.stages.select("iri", "kg_co2e").iter_rows()), rel=1e-8)
    assert sum(stages.values()) == pytest.approx(found.total, rel=1e-9)


def test_the_result_is_that_worked_out_by_hand(study: tuple[str, Graph]) -> None:
    key, graph = study
    assert graph.footprint(product(key)).total == pytest.approx(BY_HAND[key], rel=1e-9)


def test_more_cycles_share_the_same_battery_among_more_energy(tmp_path: Path, loaded: Loaded) -> None:
    """The burdens of one battery stay; another total energy divides them."""
    energy = random.Random(20261125).randint(10_000, 900_000)
    text = (STUDIES / "eu-battery.ttl").read_text(encoding="utf-8")
    stated = "tm:flow s:battery ;\n    tm:amount 36000 ;"
    assert text.count(stated) == 1
    changed = tmp_path / "changed.ttl"
    changed.write_text(text.replace(stated, stated.replace("36000", str(energy))), encoding="utf-8")
    found = loaded(changed).footprint(product("eu-battery"))
    assert found.total == pytest.approx(EU_BATTERY * 36000 / energy, rel=1e-9)


def test_the_energy_of_thirty_years_follows_from_the_use_profile() -> None:
    """1400 kWh/m2 x 0.8, half a per cent less in each year after the first: 31 164 kWh per kilowatt-peak."""
    years = sum(1400 * 0.8 * (1 - 0.005 * year) for year in range(30))
    assert years == pytest.approx(31164)
    assert "tm:amount 31164 ;" in (STUDIES / "photovoltaic.ttl").read_text(encoding="utf-8")
