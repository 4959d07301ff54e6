"""Units and quantities of a package."""

import pytest
from olca_fixtures import (
    UNIT,
    Graph,
    edit,
    entities,
    exchange,
    flow,
    ref,
    with_exchange,
)

from mappings.errors import PackageError

KG, MJ, KWH, T, M3 = (UNIT + u for u in ("KiloGM", "MegaJ", "KiloW-HR", "TONNE", "M3"))


def test_known_units_by_name_dimension_and_factor(graph):
    g = graph(entities())
    assert g.value("unit/mass-t", "http://www.w3.org/2004/02/skos/core#exactMatch") == T
    assert g.value("flow/f-steel", "referenceUnit") == T
    assert g.value("flow/f-co2", "referenceUnit") == KG


def test_the_factor_of_the_package_wins_and_the_difference_is_reported(run):
    conversion = run(entities())
    g = Graph(conversion.data)
    assert g.value("exchange/p-coal-2", "unit") == "unit/mass-lb av".replace(" ", "%20")
    multiplier = g.value("unit/mass-lb%20av", "http://qudt.org/schema/qudt/conversionMultiplier")
    assert float(multiplier) == 0.45
    rows = conversion.report.table("units").rows
    assert [(row[0], row[1]) for row in rows] == [("lb av", 1)]
    assert rows[0][4] == pytest.approx(0.45 / 0.45359237 - 1)


def test_an_unknown_group_converts_only_within_itself(graph):
    g = graph(entities())
    dimension = "http://qudt.org/schema/qudt/hasDimensionVector"
    assert g.value("exchange/p-steel-5", "unit") == "unit/hugs-great%20hug"
    assert g.value("unit/hugs-great%20hug", dimension) == g.value("unit/hugs-hug", dimension) == "dimension/hugs"
    assert float(g.value("unit/hugs-great%20hug", "http://qudt.org/schema/qudt/conversionMultiplier")) == 12.0


def test_pieces_stay_pieces(graph):
    units = [
        {"@id": "n-1", "name": "Item(s)", "isRefUnit": True, "conversionFactor": 1.0},
        {"@id": "n-7", "name": "week of pieces", "conversionFactor": 7.0},
    ]
    g = graph([*entities(), {"@type": "UnitGroup", "@id": "items", "name": "Units of items", "units": units}])
    for term in ("hasQuantityKind", "hasDimensionVector"):
        one, seven = (g.value(f"unit/n-{n}", f"http://qudt.org/schema/qudt/{term}") for n in (1, 7))
        assert one == seven
    assert g.value("unit/n-1", "http://www.w3.org/2004/02/skos/core#exactMatch") == UNIT + "NUM"


def test_a_name_alone_does_not_make_a_unit(graph):
    lengths = {"@type": "UnitGroup", "@id": "length", "name": "Units of length"}
    units = [
        {"@id": "length-m", "name": "m", "isRefUnit": True, "conversionFactor": 1.0},
        {"@id": "length-h", "name": "h", "conversionFactor": 0.1016},
    ]
    g = graph([*entities(), lengths | {"units": units}])
    match = "http://www.w3.org/2004/02/skos/core#exactMatch"
    assert g.values("unit/length-m", match) == [UNIT + "M"]
    assert g.values("unit/length-h", match) == []


def test_a_second_flow_property_becomes_a_property_value(graph):
    g = graph(entities())
    value = g.value("flow/f-steel", "hasProperty")
    assert g.value(g.value(value, "property"), "usableForConversion") == "true"
    assert value == "property-value/f-steel-Volume"
    assert (float(g.value(value, "amount")), g.value(value, "unit"), g.value(value, "perUnit")) == (
        0.000127,
        M3,
        KG,
    )


def test_two_heating_values_are_told_apart(graph):
    both = flow("f-gas", "PRODUCT", "gas", {"Energy": 1.0, "Upper": 1.1})
    upper = {"@type": "FlowProperty", "@id": "Upper", "name": "Upper heating value", "unitGroup": ref("energy")}
    data = with_exchange(
        [*entities(), both, upper],
        "p-steel",
        exchange(9, "f-gas", 22.0, "energy-kWh", into=True, flowProperty=ref("Upper")),
    )
    g = graph(data)
    assert float(g.value("exchange/p-steel-9", "amount")) == pytest.approx(22.0 * 3.6 / 1.1)
    assert g.value("exchange/p-steel-9", "unit") == MJ
    assert (float(g.value("exchange/p-steel-9", "statedAmount")), g.value("exchange/p-steel-9", "statedUnit")) == (
        22.0,
        KWH,
    )


def test_a_missing_unit_is_the_flows_reference_unit_and_counted(run):
    conversion = run(with_exchange(entities(), "p-steel", exchange(9, "f-power", 7.0, None, into=True)))
    assert Graph(conversion.data).value("exchange/p-steel-9", "unit") == MJ
    assert conversion.report.counts["exchanges without unit, read in the reference unit of their flow"] == 1


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"unit": ref("u-9", name="cubit")}, r"the unit cubit is in no unit group"),
        ({"unit": {}, "flow": ref("f-new", name="new", flowType="PRODUCT_FLOW")}, "states no unit"),
    ],
)
def test_a_unit_that_cannot_be_told(run, changes, cause):
    with pytest.raises(PackageError, match=cause) as error:
        run(with_exchange(entities(), "p-steel", exchange(9, "f-power", 7.0, None, into=True) | changes))
    assert error.value.file == "processes/p-steel.json"


@pytest.mark.parametrize("factor", [0, -1, "many", None, float("nan")])
def test_impossible_factors(run, factor):
    units = [
        {"@id": "mass-kg", "name": "kg", "isRefUnit": True, "conversionFactor": 1.0},
        {"@id": "mass-t", "name": "t", "conversionFactor": factor},
    ]
    with pytest.raises(PackageError, match="unit t") as error:
        run(edit(entities(), "mass", units=units))
    assert error.value.file == "unit_groups/mass.json"
