"""From statements to columns: what is read, what is refused, and that the culprit is named."""

import numpy as np
import pytest
from chains import EX, ID, exchange, process, product

from footprint.errors import AllocationError, InvalidInventory, UnitError
from footprint.inventory import NONE, UNKNOWN_PROVIDER, AllocationMethod, Direction, FlowKind
from graphstore.errors import ExtractionError
from graphstore.technosphere.extract import extract

CO2 = "flow:CO2-fossil"
PART = process("part", emissions=((CO2, 2),))


def columns(loaded):
    return extract(lambda text: loaded.store.query(text).serialize("csv"))


def test_columns_by_hand(case):
    text = process(
        "part",
        unit="unit:NUM",
        more="tm:allocationMethod method:mass ;",
        inputs=(
            (":steel", 2.5, "unit:KiloGM", "tm:stage stage:manufacturing ; tm:defaultProvider :steel-making ;"),
            (":power", "1e3", "unit:KiloW-HR", "tm:defaultProvider ef:footprint-CN-wind-2024 ;"),
            (":power", 4, "unit:KiloW-HR", "tm:defaultProvider :nobody ; tm:avoided true ;"),
        ),
        emissions=((CO2, 2, "unit:KiloGM", "tm:allocatedTo :part-out ;"),),
    )
    found = columns(case(text + process("steel") + product("power")))
    table, ids = found.exchanges, [iri.removeprefix(EX) for iri in found.exchanges.ids]
    assert ids == sorted(["part-out", "part-in-1", "part-in-2", "part-in-3", "part-emission-1", "steel-out"])
    at = {name: position for position, name in enumerate(ids)}
    assert [iri.removeprefix(EX) for iri in found.processes.ids] == ["part-making", "steel-making"]
    assert found.processes.reference.tolist() == [at["part-out"], at["steel-out"]]
    assert found.processes.method.tolist() == [AllocationMethod.MASS, AllocationMethod.NONE]
    assert [table.amount[at[n]] for n in ("part-in-1", "part-in-2", "part-emission-1")] == [2.5, 1000.0, 2.0]
    assert [table.direction[at[n]] for n in ("part-out", "part-in-1", "part-emission-1")] == [
        Direction.OUTPUT, Direction.INPUT, Direction.EMISSION,
    ]  # fmt: skip
    wind = 2 + list(found.factors.ids).index(f"{ID}electricity-factor/footprint-CN-wind-2024")
    assert [table.provider[at[n]] for n in ("part-in-1", "part-in-2", "part-in-3", "part-out")] == [
        1, wind, UNKNOWN_PROVIDER, NONE,
    ]  # fmt: skip
    assert table.avoided.nonzero()[0].tolist() == [at["part-in-3"]]
    assert table.allocated_to[at["part-emission-1"]] == at["part-out"]
    assert found.stage_ids == [f"{ID}stage/manufacturing"]
    assert table.stage[at["part-in-1"]] == 0
    assert np.isnan(table.stated_share).all()
    kinds = dict(zip(found.flows.ids, found.flows.kind.tolist(), strict=True))
    assert kinds[f"{EX}steel"] == FlowKind.PRODUCT
    assert kinds[f"{ID}elementary-flow/CO2-fossil"] == FlowKind.ELEMENTARY
    assert found.units.convert(
        1.0, found.unit_ids[table.unit[at["part-in-2"]]], "http://qudt.org/vocab/unit/MegaJ"
    ) == pytest.approx(3.6)


def test_an_empty_graph_gives_empty_columns(case):
    found = columns(case(""))
    assert len(found.processes.ids) == len(found.exchanges.ids) == len(found.factors.ids) == 0
    assert found.rows == ()


def test_only_factors_that_are_used_are_read(case):
    text = process("part", inputs=((":power", 1, "unit:KiloW-HR", "tm:defaultProvider ef:footprint-CN-hydro-2024 ;"),))
    assert columns(case(text + product("power"))).factors.ids == [f"{ID}electricity-factor/footprint-CN-hydro-2024"]


def test_an_amount_written_two_ways_is_one_amount(case):
    assert case(PART + ":part-emission-1 tm:amount 2.0, 2.00 .\n").total("part") == 2.0


def test_a_statement_made_in_two_datasets_is_one_statement(case, knowledge_store):
    loaded = case(PART)
    knowledge_store.load_bytes(
        f"<{EX}part-making> <https://w3id.org/tanmai/ontology#emission> <{EX}part-emission-1> .".encode(),
        key="again", format="ntriples",
    )  # fmt: skip
    try:
        assert loaded.total("part") == 2.0
    finally:
        knowledge_store.retire("again")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (":part-emission-1 tm:amount 3 .", rf"more than one tm:amount, first <{EX}part-emission-1>: 2 and 3"),
        (":part-emission-1 tm:unit unit:GM .", rf"more than one tm:unit, first <{EX}part-emission-1>"),
        (":part-emission-1 tm:flow flow:N2O-fossil .", rf"more than one tm:flow, first <{EX}part-emission-1>"),
        (":part-making tm:quantitativeReference :part-emission-1 .", "more than one tm:quantitativeReference"),
        (":part-making tm:allocationMethod method:mass, method:energy .", "more than one tm:allocationMethod"),
        (":part-making tm:allocationMethod :by-taste .", rf"allocation method <{EX}by-taste> is not known. Use one of"),
        (
            process("two") + ":two-making tm:emission :part-emission-1 .",
            rf"<{EX}part-emission-1> belongs to more than one process",
        ),
        (
            ":part-making tm:input :part-emission-1 .",
            rf"<{EX}part-emission-1> belongs to more than one process or side",
        ),
        (":part-emission-1 tm:allocatedTo :nowhere .", rf"<{EX}part-emission-1> names <{EX}nowhere> as tm:allocatedTo"),
        (":part a tm:WasteFlow .", rf"flow <{EX}part> is typed as two of"),
    ],
)
def test_contradictions_are_refused(case, more, words):
    with pytest.raises(ExtractionError, match=words):
        case(PART + more).total("part")


def test_a_dangling_reference_is_refused(case):
    text = PART.replace("tm:quantitativeReference :part-out", "tm:quantitativeReference :nothing")
    with pytest.raises(ExtractionError, match=rf"<{EX}part-making> names <{EX}nothing> as tm:quantitativeReference"):
        case(text).total("part")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("tm:amount 2 ;", "", rf"no finite tm:amount: <{EX}part-emission-1>"),
        ("tm:amount 2 ;  tm:unit unit:KiloGM", "tm:amount 2", rf"no tm:unit: <{EX}part-emission-1>"),
        ("tm:flow flow:CO2-fossil ;", "", rf"no tm:flow: <{EX}part-emission-1>"),
        (":part a tm:Product ;", ":part", rf"no known kind: <{EX}part-out>"),
        ("tm:quantitativeReference :part-out", "tm:quantitativeReference :part-emission-1", "no product output of it"),
        ("tm:output :part-out", "tm:input :part-out", "no product output of it"),
    ],
)
def test_what_is_missing_or_misplaced_is_refused(case, old, new, words):
    assert old in PART
    with pytest.raises(InvalidInventory, match=words):
        case(PART.replace(old, new)).total("part")


def test_a_reference_to_the_product_of_another_process_is_refused(case):
    text = PART + process("b", emissions=((CO2, 1),)).replace(
        "tm:quantitativeReference :b-out", "tm:quantitativeReference :part-out"
    )
    with pytest.raises(InvalidInventory, match=rf"<{EX}b-making> has the quantitative reference <{EX}part-out>"):
        case(text).total("b")


def test_an_exchange_that_belongs_to_another_process_is_refused(case):
    text = PART + ":part-emission-1 tm:allocatedTo :b-out .\n" + process("b", emissions=((CO2, 1),))
    with pytest.raises(AllocationError, match=rf"<{EX}part-emission-1> with tm:allocatedTo <{EX}b-out>"):
        case(text).total("part")


# ---- greenhouse gases of flows


def test_a_flow_with_a_gas_needs_one_category(case):
    used = process("part", emissions=((":mine", 1),)) + ":mine a tm:ElementaryFlow ; tm:gas gas:CO2 .\n"
    with pytest.raises(ExtractionError, match=rf"no tm:emissionCategory, first <{EX}mine>"):
        case(used).total("part")
    assert case(used + ":mine tm:emissionCategory category:fossil .").total("part") == 1.0
    with pytest.raises(ExtractionError, match=rf"flow <{EX}mine> states more than one gas"):
        case(used + ":mine tm:emissionCategory category:fossil ; tm:gas gas:N2O .").total("part")


def test_a_second_potential_for_a_gas_is_refused(case):
    second = (
        ":cf a tm:CharacterizationFactor ; tm:gas gas:CO2 ; tm:gwpSet set:AR6 ; tm:amount 2 ; tm:timeHorizon 100 .\n"
    )
    with pytest.raises(ExtractionError, match=r"more than one tm:amount, first <.*gas/CO2>"):
        case(PART + second).total("part")
    assert case(PART + second.replace("100", "20")).total("part") == 2.0
    assert case(PART + second).total("part", gwp="AR5") == 2.0


# ---- emission factors


def with_factor(stated, unit="unit:KiloGM"):
    return (
        process("part", inputs=((":x", 3, unit, "tm:defaultProvider :f ;"),))
        + product("x")
        + f":f a tm:EmissionFactor ; {stated} .\n"
    )


PER = "tm:perUnit unit:KiloGM ; "
MASS = "tm:gas gas:CO2 ; tm:amount 2 ; tm:unit unit:KiloGM ; tm:emissionCategory category:fossil"


@pytest.mark.parametrize(
    ("stated", "total"),
    [
        (PER + "tm:co2e 0.5 ; tm:gwpSet set:AR6", 1.5),
        ("tm:perUnit unit:TONNE ; tm:co2e 500 ; tm:gwpSet set:unknown", 1.5),
        (PER + f"tm:gasMass [ {MASS} ]", 6.0),
        (PER + f"tm:gasMass [ {MASS.replace('amount 2 ;', 'amount 2000 ;').replace('KiloGM', 'GM')} ]", 6.0),
        (PER + f"tm:gasMass [ {MASS} ], [ {MASS} ]", 12.0),  # two sources of the same mass are two masses
        (PER + f"tm:gasMass [ {MASS} ], [ {MASS.replace('gas:CO2', 'gas:N2O').replace('amount 2 ;', 'amount 0.001 ;')} ]", 6.819),
        (PER + f"tm:gasMass [ {MASS.replace('gas:CO2 ; tm:amount 2', 'gas:CO2 ; tm:amount -2').replace('fossil', 'technological-removal')} ]", -6.0),
    ],
)  # fmt: skip
def test_factors(case, stated, total):
    assert case(with_factor(stated)).total("part") == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (PER + "tm:co2e 0.5", "names no GWP set"),
        ("tm:co2e 0.5 ; tm:gwpSet set:AR6", "states no tm:perUnit"),
        (PER, "states no emission"),
        (PER + f"tm:co2e 0.5 ; tm:gwpSet set:AR6 ; tm:gasMass [ {MASS} ]", "both masses of gases and a tm:co2e"),
        (PER + "tm:co2e 1, 2 ; tm:gwpSet set:AR6", r"more than one tm:co2e \(1, 2\)"),
        (PER + "tm:co2e 1 ; tm:gwpSet set:AR5, set:AR6", "more than one tm:gwpSet"),
        (PER + "tm:perUnit unit:TONNE ; tm:co2e 1 ; tm:gwpSet set:AR6", "more than one tm:perUnit"),
        (PER + 'tm:co2e "NaN"^^xsd:double ; tm:gwpSet set:AR6', "'NaN' is no finite number"),
        (PER + 'tm:co2e "half" ; tm:gwpSet set:AR6', "'half' is no finite number"),
        (
            PER + f"tm:gasMass [ {MASS.replace('; tm:emissionCategory category:fossil', '')} ]",
            "names no tm:emissionCategory",
        ),
        (PER + f"tm:gasMass [ {MASS.replace('unit:KiloGM', 'unit:KiloW-HR')} ]", "no unit of mass"),
        (PER + f"tm:gasMass [ {MASS.replace('unit:KiloGM', ':stone')} ]", "no unit of mass"),
        (
            PER + "tm:gasMass [ " + MASS.replace("amount 2 ;", 'amount "INF"^^xsd:double ;') + " ]",
            "'INF' of <.*gas/CO2> is no finite number",
        ),
        (PER + f"tm:gasMass [ {MASS} ; tm:gas gas:N2O ]", "several gases"),
        (PER + f"tm:gasMass [ {MASS.replace('fossil', 'biogenic-co2-uptake')} ]", "positive amount of a removal"),
    ],
)
def test_factors_that_cannot_be_used_say_why(case, stated, words):
    with pytest.raises(InvalidInventory, match=rf"<{EX}f> .*{words}"):
        case(with_factor(stated)).total("part")


def with_density(amount):
    used = process("oil", unit="unit:M3", emissions=((CO2, 1),)) + process("part", inputs=((":oil", 1, "unit:KiloGM"),))
    return (
        used + f":oil tm:hasProperty [ a tm:PropertyValue ; tm:property property:density ; tm:amount {amount} ; "
        "tm:unit unit:KiloGM ; tm:perUnit unit:M3 ] .\n"
    )


@pytest.mark.parametrize("amount", ['"heavy"', '"NaN"^^xsd:double', "0", "-850"])
def test_a_density_that_cannot_be_is_refused_where_it_is_used(case, amount):
    loaded = case(with_density(amount))
    with pytest.raises(UnitError, match=rf"exchange <{EX}part-in-1>.*is not positive"):
        loaded.total("part")
    assert loaded.total("oil") == 1.0


def test_a_density_that_says_nothing_of_its_units_links_nothing(case):
    with pytest.raises(UnitError, match="measure different things"):
        case(with_density(850).replace("tm:perUnit unit:M3", "rdfs:comment 'per cubic metre'")).total("part")


def test_two_prices_of_one_flow_are_refused(case):
    text = process("part", more="tm:allocationMethod method:economic ;", outputs=((":b", 1),), emissions=((CO2, 1),))
    text += product("b")
    for name, price in (("part", 1), ("part", 2), ("b", 1)):
        text += f":{name} tm:hasProperty [ a tm:PropertyValue ; tm:property property:price ; tm:amount {price} ; "
        text += "tm:unit unit:CCY_CNY ; tm:perUnit unit:KiloGM ] .\n"
    with pytest.raises(AllocationError, match=rf"needs one price of <{EX}part> a year, which states 2"):
        case(text).total("part")


def test_exchange_of_an_untyped_process(case):
    """A process that forgot its type would take its exchanges along into nothing."""
    text = PART + exchange("lost", CO2, 9) + ":somewhere tm:emission :lost .\n"
    with pytest.raises(InvalidInventory, match=rf"belong to no process: <{EX}lost>"):
        case(text).total("part")
