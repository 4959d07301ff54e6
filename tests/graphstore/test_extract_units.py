"""The shipped units, against their definitions, and which of them never mix."""

import pytest

from footprint.errors import UnitError
from graphstore.technosphere.quantities import unit_table

QUDT = "http://qudt.org/vocab/unit/"
OWN = "https://w3id.org/tanmai/id/unit/"


@pytest.fixture(scope="module")
def table(knowledge_store):
    return unit_table(lambda text: knowledge_store.query(text).serialize("csv"))


def iri(name):
    return OWN + name if name.islower() else QUDT + name


@pytest.mark.parametrize(
    ("amount", "source", "target", "expected"),
    [
        (1, "TONNE", "KiloGM", 1000),
        (1, "LB", "KiloGM", 0.45359237),  # international pound, 1959
        (1, "TON_SHORT", "KiloGM", 907.18474),  # 2000 pounds
        (1, "OZ_TROY", "GM", 31.1034768),
        (1, "KiloW-HR", "MegaJ", 3.6),
        (1, "MegaW-HR", "KiloW-HR", 1000),
        (1, "BTU_IT", "J", 1055.05585262),
        (1, "TOE", "GigaJ", 41.868),  # IEA
        (1, "tonne-coal-equivalent", "GigaJ", 29.3076),  # 7000 kcal(IT)/kg
        (1, "L", "M3", 0.001),
        (1, "GAL_US", "L", 3.785411784),
        (1, "BBL_US_PET", "GAL_US", 42),
        (1, "MI", "M", 1609.344),
        (1, "HA", "M2", 10000),
        (15, "mu", "HA", 1),  # 15 mu are a hectare
        (1, "DAY", "HR", 24),
        (1, "tonne-kilometre", "kilogram-kilometre", 1000),
        (1, "short-ton-mile", "tonne-kilometre", 0.90718474 * 1.609344),
        (2, "dozen", "NUM", 24),
    ],
)
def test_definitions(table, amount, source, target, expected):
    assert table.convert(amount, iri(source), iri(target)) == pytest.approx(expected, rel=1e-9)
    assert table.convert(expected, iri(target), iri(source)) == pytest.approx(amount, rel=1e-9)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("KiloGM", "L"),
        ("KiloW-HR", "KiloW"),
        ("NUM", "PERCENT"),
        ("M3", "normal-cubic-metre"),
        ("tonne-kilometre", "kilogram-year"),
        ("person-kilometre", "vehicle-kilometre"),
        ("person-hour", "HR"),
        ("CCY_CNY", "CCY_EUR"),
        ("CCY_CNY", "NUM"),
        ("KiloW", "kilowatt-peak"),
    ],
)
def test_what_never_mixes(table, first, second):
    with pytest.raises(UnitError, match="measure different things"):
        table.scale(iri(first), iri(second))


def test_every_shipped_unit_is_usable(table):
    assert len(table.units) > 150
    for unit in table.units.values():
        assert unit.multiplier > 0 or unit.id.startswith(f"{QUDT}CCY_")
