"""What the defects of a judged study do to its result.

The small study makes 1 t of metal with 10 000 kWh and 1500 kg CO2. Published factors: China 2024 0.5777, China 2023 0.6205 (footprint
factors), Guangdong 2023 0.4419 (direct CO2 alone), kg per kWh; announcements of the Ministry of Ecology and Environment.
"""

import datetime as dt
from pathlib import Path

import pytest

from graphstore import GraphStore
from registry.effects_of import effects_of
from shapes.background import of_store, shipped
from shapes.judge import judge
from shapes.reading import read_bytes
from shapes.rulebook import rulebook

ALUMINIUM = Path(__file__).parents[2] / "examples" / "studies" / "aluminium.ttl"
HEAD = """
@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix unit: <http://qudt.org/vocab/unit/> .
@prefix id: <https://w3id.org/tanmai/id/> . @prefix ef: <https://w3id.org/tanmai/id/electricity-factor/> .
@prefix flow: <https://w3id.org/tanmai/id/elementary-flow/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix s: <https://example.org/s/> .
"""
STUDY = """
s:study a tm:FootprintStudy ; tm:studyProduct s:metal ; tm:declaredUnit s:unit ; tm:settings s:settings ; tm:includesProcess s:smelting ;
    tm:declares s:declared .
s:unit a tm:Quantity ; tm:amount 1 ; tm:unit unit:TONNE .
s:settings a tm:MethodSettings ; tm:gwpSet <https://w3id.org/tanmai/id/gwp-set/AR6> .
s:declared a tm:DeclaredFootprint ; tm:ofStudy s:study ; tm:co2e 7277 .
s:metal a tm:Product ; tm:referenceUnit unit:TONNE .
s:power a tm:Product ; tm:referenceUnit unit:KiloW-HR ; tm:productGroup <https://w3id.org/tanmai/id/product-group/electricity> .
s:smelting a tm:UnitProcess ; tm:referenceYear "YEAR"^^xsd:gYear ; tm:quantitativeReference s:out ; tm:output s:out ; tm:input s:in ;
    tm:emission s:co2 .
s:out a tm:Exchange ; tm:flow s:metal ; tm:amount 1 ; tm:unit unit:TONNE .
s:in a tm:Exchange ; tm:flow s:power ; tm:amount KWH ; tm:unit unit:KiloW-HR ; tm:defaultProvider FACTOR .
s:co2 a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 1500 ; tm:unit unit:KiloGM .
"""
GUANGDONG, CHINA_2024 = "ef:co2-CN-GD-grid-average-2023", "ef:footprint-CN-grid-average-2024"


def small(factor=CHINA_2024, kwh=10000, year=2024, more="", without=""):
    text = STUDY.replace("YEAR", str(year)).replace("KWH", str(kwh)).replace("FACTOR", factor)
    assert without in text
    return read_bytes((HEAD + text.replace(without, "") + more).encode(), "small.ttl")


def found(document, store=None):
    """The effects on a study, and the judgement with them for machines."""
    background = shipped() if store is None else of_store(store)
    judged = judge([document], day=dt.date(2026, 6, 30), background=background)
    effects = effects_of(judged, rulebook(), background, store)
    return effects, effects.told(judged)


def told(data, requirement):
    return [each["effect"] for each in data["findings"] if each["requirement"] == requirement and each["effect"]]


@pytest.mark.parametrize(("kwh", "before", "after"), [(10000, 5919.0, 7277.0), (20000, 10338.0, 13054.0)])
def test_the_factor_of_direct_co2_and_the_footprint_factor(kwh, before, after):
    effects, data = found(small(GUANGDONG, kwh))
    for effect in told(data, "GEN-15"):
        assert effect["before"] == pytest.approx(before, rel=1e-12)
        assert effect["after"] == pytest.approx(after, rel=1e-12)
        (change,) = effect["changes"]
        assert (change["before"]["factor"], change["after"]["factor"]) == (0.4419, 0.5777)
        assert change["after"]["label"]["zh"] == "全国电力碳足迹因子，全国平均，2024年"
    assert told(data, "GEN-15")
    assert effects.tried.together == pytest.approx(after, rel=1e-12)
    assert (data["effect"]["declared"], data["effect"]["gwp_set"], data["effect"]["unit"]["symbol"]) == (
        7277.0,
        "AR6",
        "t",
    )


def test_the_example_study_of_aluminium_with_the_factor_of_direct_co2():
    """14 017.688 kWh per tonne in the supply chain x (0.5777 - 0.4419) = 1903.6020304 kg."""
    text = ALUMINIUM.read_text(encoding="utf-8").replace(CHINA_2024, GUANGDONG)
    effects, data = found(read_bytes(text.encode(), "aluminium.ttl"))
    assert effects.tried.before == pytest.approx(10353.55985024, rel=1e-12)
    assert effects.tried.together == pytest.approx(12257.16188064, rel=1e-12)
    by_node = {e["changes"][0]["node"].rpartition("/")[2]: e["difference"] for e in told(data, "GEN-15")}
    assert by_node == pytest.approx(
        {
            "alumina-refining-in-electricity": 1.004 * 1.92 * 250 * 0.1358,
            "anode-making-in-electricity": 1.004 * 0.42 * 100 * 0.1358,
            "electrolysis-in-electricity": 1.004 * 13400 * 0.1358,
            "casting-house-in-electricity": 40 * 0.1358,
        }
    )


def test_anode_emission_by_the_equation():
    """1.004 x (1503.04 - 1410) = 93.41216 kg."""
    text = ALUMINIUM.read_text(encoding="utf-8").replace("tm:amount 1503.04", "tm:amount 1410")
    _, data = found(read_bytes(text.encode(), "aluminium.ttl"))
    (effect,) = told(data, "AL-07")
    assert effect["before"] == pytest.approx(12163.74972064, rel=1e-12)
    assert effect["after"] == pytest.approx(12257.16188064, rel=1e-12)


def test_a_newer_factor_gives_way_to_that_of_the_year():
    _, data = found(small(year=2023))
    (effect,) = told(data, "GEN-16")
    assert (effect["before"], effect["after"]) == pytest.approx((7277.0, 7705.0))


def test_a_year_without_a_factor_has_no_cure():
    _, data = found(small(year=2019))
    (effect,) = told(data, "GEN-16")
    assert effect["after"] is None
    assert "nothing to put" in effect["reason"]


CUT = """
s:study tm:cutOff s:cut . s:cut a tm:CutOff ; tm:share 0.03 ; tm:excludedExchange s:lost . s:smelting tm:exchange s:lost .
s:lost a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 200 ; tm:unit unit:KiloGM .
"""


def test_what_was_left_out_is_put_back():
    _, data = found(small(more=CUT))
    (effect,) = told(data, "GEN-09")
    assert (effect["before"], effect["after"]) == pytest.approx((7277.0, 7477.0))


@pytest.mark.parametrize(
    "text",
    [
        CUT.replace("s:smelting tm:exchange s:lost .", ""),
        CUT.replace("tm:flow flow:CO2-fossil", "tm:flow s:waste") + "s:waste a tm:WasteFlow .",
        CUT + "s:elsewhere a tm:UnitProcess ; tm:exchange s:lost .",
        CUT.replace("s:cut a", "_:cut a").replace("tm:cutOff s:cut .", "tm:cutOff _:cut ."),
    ],
)
def test_what_was_left_out_stays_out_where_its_place_is_not_known(text):
    _, data = found(small(more=text))
    assert [effect["after"] for effect in told(data, "GEN-09")] == [None]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"without": "tm:gwpSet <https://w3id.org/tanmai/id/gwp-set/AR6>"}, "no single GWP set"),
        ({"without": "tm:declaredUnit s:unit ;"}, "no single declared or functional unit"),
        ({"more": "s:two a tm:FootprintStudy ; tm:studyProduct s:metal ."}, "2 footprint studies"),
        ({"without": "tm:includesProcess s:smelting ;"}, "0 processes"),
    ],
)
def test_a_study_without_a_number_is_judged_and_the_reason_told(changed, words):
    effects, data = found(small(GUANGDONG, **changed))
    assert words in data["effect"]["reason"]
    assert effects.asked is None
    assert data["findings"]
    assert all(finding["effect"] is None for finding in data["findings"])


def test_a_declared_result_is_not_needed():
    _, data = found(small(GUANGDONG, without=" ; tm:ofStudy s:study ; tm:co2e 7277"))
    assert data["effect"]["declared"] is None
    assert data["effect"]["together"] == pytest.approx(7277.0)


def test_the_study_is_calculated_beside_the_data_of_a_store(disk):
    """500 kg CO2 for the power of a plant in the store: 1500 + 500 = 2000; 200 kg were left out."""
    plant = """
s:power a tm:Product ; tm:referenceUnit unit:KiloW-HR . s:plant a tm:UnitProcess ; tm:quantitativeReference s:made ; tm:output s:made ;
    tm:emission s:smoke . s:made a tm:Exchange ; tm:flow s:power ; tm:amount 10000 ; tm:unit unit:KiloW-HR .
s:smoke a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 500 ; tm:unit unit:KiloGM .
"""
    with disk() as store:
        path = store.path
        store.load_bytes((HEAD + plant).encode(), key="plant", format="turtle")
    with GraphStore.open(path, mode="read") as store:
        before = len(store.engine)
        effects, data = found(small("s:plant", year=2024, more=CUT), store)
        assert (effects.tried.before, effects.tried.together) == pytest.approx((2000.0, 2200.0))
        assert told(data, "GEN-09")[0]["difference"] == pytest.approx(200.0)
        assert len(store.engine) == before, "nothing reached the store"
