"""The shipped units, against their definitions, and which of them never mix."""

import pytest
from chains import EX, process

from footprint.errors import UnitError
from graphstore.errors import ExtractionError
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


PREFIX = "@prefix qudt: <http://qudt.org/schema/qudt/> .\n"


@pytest.fixture
def stated(case):
    """Load statements about units, and take them out again, since all tests share one store."""
    yield lambda turtle: case(PREFIX + turtle)
    case("")


@pytest.mark.parametrize("multiplier", ['"much"', '"NaN"^^xsd:double', "0", "-1"])
def test_a_unit_without_a_usable_multiplier_converts_to_nothing(stated, multiplier):
    kilogram = "http://qudt.org/vocab/unit/KiloGM"
    calculation = stated(
        f":odd a qudt:Unit ; qudt:hasDimensionVector <http://qudt.org/vocab/dimensionvector/A0E0L0I0M1H0T0D0> ; "
        f"qudt:hasQuantityKind <http://qudt.org/vocab/quantitykind/Mass> ; qudt:conversionMultiplier {multiplier} ."
    ).calculation()
    found = unit_table(calculation.select)
    assert not found.commensurable(f"{EX}odd", kilogram)
    assert not found.commensurable(kilogram, f"{EX}odd")


def test_two_statements_of_one_unit_that_disagree_are_refused(stated):
    calculation = stated("unit:TONNE qudt:conversionMultiplier 907.18474 .").calculation()
    with pytest.raises(ExtractionError, match=r"unit/TONNE> states several multipliers"):
        unit_table(calculation.select)


def test_one_multiplier_written_two_ways_is_one(stated):
    calculation = stated('unit:TONNE qudt:conversionMultiplier 1000, "1000.00"^^xsd:decimal .').calculation()
    assert unit_table(calculation.select).scale(f"{QUDT}TONNE", f"{QUDT}KiloGM") == 1000


def test_a_potential_that_is_no_number_is_refused(stated):
    text = (
        ':odd a tm:CharacterizationFactor ; tm:gas gas:mine ; tm:gwpSet set:AR6 ; tm:amount "much" .\n'
        ":own a tm:ElementaryFlow ; tm:gas gas:mine ; tm:emissionCategory category:fossil .\n"
    )
    with pytest.raises(ExtractionError, match="much"):
        stated(text + process("part", emissions=((":own", 1),))).total("part")
