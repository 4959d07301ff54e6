"""Units and places: the numbers, the spellings, and what must not be mixed."""

from __future__ import annotations

import pytest

import ontology
from ontology import ID, PREFIXES

# Exact by international definition, written out here independently of QUDT.
EXACT = {
    "KiloGM": 1.0,
    "TONNE": 1000.0,
    "LB": 0.45359237,
    "TON_SHORT": 907.18474,
    "OZ_TROY": 0.0311034768,
    "KiloW-HR": 3.6e6,
    "MegaJ": 1e6,
    "BTU_IT": 1055.05585262,
    "KiloCAL_IT": 4186.8,
    "TOE": 41.868e9,
    "M3": 1.0,
    "L": 0.001,
    "GAL_US": 0.003785411784,
    "BBL_US_PET": 0.158987294928,
    "FT3": 0.028316846592,
    "MI": 1609.344,
    "MI_N": 1852.0,
    "HA": 1e4,
    "AC": 4046.8564224,
    "HR": 3600.0,
    "DAY": 86400.0,
    "YR": 31557600.0,
    "KiloBQ": 1000.0,
    "CI": 3.7e10,
    "NUM": 1.0,
    "HP": 550 * 0.3048 * 0.45359237 * 9.80665,
}
MINTED = {
    "tonne-kilometre": 1000.0 * 1000.0,
    "short-ton-mile": 907.18474 * 1609.344,
    "pound-mile": 0.45359237 * 1609.344,
    "pound-nautical-mile": 0.45359237 * 1852.0,
    "person-kilometre": 1000.0,
    "square-metre-year": 365.25 * 86400.0,
    "hectare-year": 1e4 * 365.25 * 86400.0,
    "tonne-coal-equivalent": 29.3076e9,
    "megabit-second": 1e6,
    "mu": 1e4 / 15,
}
SPELLINGS = {
    "kg": "unit:KiloGM",
    "t": "unit:TONNE",
    "kWh": "unit:KiloW-HR",
    "MJ": "unit:MegaJ",
    "m3": "unit:M3",
    "m³": "unit:M3",
    "l": "unit:L",
    "sh tn": "unit:TON_SHORT",
    "lb av": "unit:LB",
    "btu": "unit:BTU_IT",
    "cu ft": "unit:FT3",
    "gal (US liq)": "unit:GAL_US",
    "Item(s)": "unit:NUM",
    "kBq": "unit:KiloBQ",
    "t*km": "id-unit:tonne-kilometre",
    "tkm": "id-unit:tonne-kilometre",
    "p*km": "id-unit:person-kilometre",
    "v*km": "id-unit:vehicle-kilometre",
    "m2*a": "id-unit:square-metre-year",
    "Items*mi": "id-unit:item-mile",
    "Nm3": "id-unit:normal-cubic-metre",
    "USD": "unit:CCY_USD",
    "吨标煤": "id-unit:tonne-coal-equivalent",
}
SPACES = {**PREFIXES, "id-unit": ID + "unit/"}


@pytest.fixture(scope="module")
def units(checks):
    return checks.load([ontology.path("reference/units.ttl").read_bytes()])


@pytest.fixture(scope="module")
def places(checks):
    return checks.load([ontology.path("reference/geography.ttl").read_bytes()])


def one(store, query):
    found = [row[0].value for row in store.query(query, prefixes=SPACES)]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(("key", "multiplier"), EXACT.items())
def test_multiplier_of_a_qudt_unit(units, key, multiplier):
    assert float(one(units, f"SELECT ?m {{ unit:{key} qudt:conversionMultiplier ?m }}")) == pytest.approx(
        multiplier, rel=1e-14
    )


@pytest.mark.parametrize(("key", "multiplier"), MINTED.items())
def test_multiplier_of_a_minted_unit(units, key, multiplier):
    assert float(one(units, f"SELECT ?m {{ id-unit:{key} qudt:conversionMultiplier ?m }}")) == pytest.approx(
        multiplier, rel=1e-14
    )


@pytest.mark.parametrize(("spelling", "unit"), SPELLINGS.items())
def test_a_spelling_means_one_unit(units, spelling, unit):
    prefix, _, key = unit.partition(":")
    assert one(units, f'SELECT ?u {{ ?u skos:altLabel "{spelling}" }}') == SPACES[prefix] + key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("id-unit:person-kilometre", "id-unit:vehicle-kilometre"),
        ("id-unit:vehicle-kilometre", "unit:KiloM"),
        ("unit:NUM", "unit:PERCENT"),
        ("id-unit:normal-cubic-metre", "unit:M3"),
        ("id-unit:kilogram-swu", "unit:KiloGM"),
        ("id-unit:person-hour", "unit:HR"),
        ("id-unit:kilowatt-peak", "unit:KiloW"),
    ],
)
def test_units_of_one_dimension_but_two_kinds_are_kept_apart(units, first, second):
    def of(unit, what):
        return one(units, f"SELECT ?x {{ {unit} qudt:{what} ?x }}")

    assert of(first, "hasDimensionVector") == of(second, "hasDimensionVector")
    assert of(first, "hasQuantityKind") != of(second, "hasQuantityKind")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("unit:LB", "unit:TONNE"),
        ("unit:KiloW-HR", "id-unit:tonne-coal-equivalent"),
        ("unit:GAL_US", "unit:M3"),
        ("id-unit:mu", "unit:HA"),
    ],
)
def test_units_of_one_kind_have_one_dimension(units, first, second):
    query = "SELECT ?v {{ {0} qudt:hasQuantityKind ?k ; qudt:hasDimensionVector ?v . {1} qudt:hasQuantityKind ?k ; qudt:hasDimensionVector ?v }}"
    assert one(units, query.format(first, second)).startswith("http://qudt.org/vocab/dimensionvector/A0E0")


def test_currencies_have_no_multiplier(units):
    assert (
        one(
            units,
            "SELECT (COUNT(?m) AS ?n) { ?u qudt:hasQuantityKind quantitykind:Currency ; qudt:conversionMultiplier ?m }",
        )
        == "0"
    )


def test_celsius_has_its_offset(units):
    assert float(one(units, "SELECT ?o { unit:DEG_C qudt:conversionOffset ?o }")) == 273.15


@pytest.mark.parametrize(
    ("key", "english", "chinese", "broader"),
    [
        ("CN", "China", "中国", "GLO"),
        ("DE", "Germany", "德国", "GLO"),
        ("CN-GD", "Guangdong", "广东省", "CN"),
        ("CN-NM", "Inner Mongolia", "内蒙古自治区", "CN"),
        ("grid-south", "South China grid", "南方区域电网", "CN"),
        ("RER", "Europe", "欧洲", "GLO"),
    ],
)
def test_places(places, key, english, chinese, broader):
    place = f"<{ID}geography/{key}>"
    assert one(places, f'SELECT ?l {{ {place} rdfs:label ?l FILTER(LANG(?l) = "en") }}') == english
    assert one(places, f'SELECT ?l {{ {place} rdfs:label ?l FILTER(LANG(?l) = "zh") }}') == chinese
    assert (
        one(places, f"SELECT ?n {{ {place} skos:broader/skos:notation ?n FILTER(DATATYPE(?n) = xsd:string) }}")
        == broader
    )


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("110000", "CN-BJ"),
        ("410000", "CN-HA"),
        ("420000", "CN-HB"),
        ("610000", "CN-SN"),
        ("140000", "CN-SX"),
        ("530000", "CN-YN"),
    ],
)
def test_district_codes_of_provinces(places, code, key):
    assert one(places, f'SELECT ?p {{ ?p skos:notation "{code}"^^tm:gbt2260 }}') == f"{ID}geography/{key}"


def test_there_are_249_countries_and_34_provinces(places):
    assert (
        one(places, "SELECT (COUNT(?c) AS ?n) { ?p skos:notation ?c FILTER(DATATYPE(?c) = tm:iso3166Alpha3) }") == "249"
    )
    assert one(places, "SELECT (COUNT(?c) AS ?n) { ?p skos:notation ?c FILTER(DATATYPE(?c) = tm:gbt2260) }") == "34"
