"""Rules R13 (primary data share) and R14 (data-quality rating), asked of illustrative graphs.

Numbers of the rules: shares 83.12 % and 21.11 %; PEF (1, 2, 2, 1) gives 1.5, excellent; PACT 3 over 7741, 1503, 2400, 841 kg
with (1,1,1), (1,1,1), (2,3,2), (3,3,3) gives 1.327, 1.519, 1.327 for technology, geography and time.
"""

import math
import random

import pytest
from amounts import tries
from chains import process, product
from hypothesis import given
from hypothesis import strategies as st

from schemes.errors import SchemeDataError, ScreeningError
from schemes.quality import quality

PRIMARY, SECONDARY = "id:data-kind\\/primary", "id:data-kind\\/secondary"
METAL = "https://example.org/metal"
INDICATORS = ("technological", "geographical", "temporal", "precision", "completeness", "reliability")
PEF, PACT3, PACT2 = "pef-1-5", "pact-3-1-5", "pact-2-1-3"


def kind(name):
    return f"tm:dataKind id:data-kind\\/{name} ;" if name else ""


def scores(subject, scale, values, indicators=INDICATORS):
    """Data-quality scores of a node, one for each value that is not None."""
    text = ""
    for number, (indicator, value) in enumerate(zip(indicators, values, strict=False)):
        if value is not None:
            text += (
                f":{subject} tm:quality :{subject}-{scale}-{number} . :{subject}-{scale}-{number} a tm:DataQualityScore ; "
                f"tm:indicator id:data-quality\\/{indicator} ; tm:scale id:data-quality-scale\\/{scale} ; tm:score {value} .\n"
            )
    return text


def factor(name, value, more=""):
    return (
        f':{name} a tm:EmissionFactor ; rdfs:label "{name}"@en ; tm:perUnit unit:KiloGM ; tm:co2e {value} ; tm:gwpSet set:AR6 ; {more} '
        "tm:illustrative true .\n"
    )


def smelter(kg=None, *, share=0.35, more=""):
    """Rule R13: electricity by a secondary factor, alumina by a supplier's footprint, anode and PFC measured, the rest secondary."""
    kg = {"electricity": 7741, "anode": 1503, "pfc": 293, "alumina": 2400, "rest": 548} | (kg or {})
    inputs = (
        (":electricity", 1, "unit:KiloGM", f"tm:defaultProvider :grid ; {kind('primary')}"),
        (":alumina", 1, "unit:KiloGM", f"tm:defaultProvider :alumina-pcf ; {kind('primary')}"),
        (
            ":rest",
            1,
            "unit:KiloGM",
            f'tm:defaultProvider :rest-factor ; {kind("secondary")} tm:reason "small"@en, "占比小"@zh ;',
        ),
    )
    emissions = (
        ("flow:CO2-fossil", kg["anode"], "unit:KiloGM", kind("primary")),
        ("flow:CO2-fossil", kg["pfc"], "unit:KiloGM", kind("primary")),
        ("flow:CO2-biogenic-co2-uptake", -500, "unit:KiloGM", kind("secondary")),
    )
    return (
        process("metal", unit="unit:TONNE", inputs=inputs, emissions=emissions)
        + "".join(product(name) for name in ("electricity", "alumina", "rest"))
        + factor("grid", kg["electricity"], kind("secondary"))
        + factor("alumina-pcf", kg["alumina"], f"tm:primaryDataShare {share} ;")
        + factor("rest-factor", kg["rest"], kind("secondary"))
        + more
    )


@pytest.fixture
def ask(case):
    def asked(turtle, **question):
        return quality(case(turtle).calculation(), METAL, **question)

    return asked


def shares(data):
    return {reading: found["share"] for reading, found in data["primary_data"]["readings"].items()}


def test_r13_both_readings(ask):
    data = ask(smelter())
    assert data["total"]["value"] == pytest.approx(12485)
    assert {reading: f"{share:.2%}" for reading, share in shares(data).items()} == {
        "activity": "83.12%",
        "strict": "21.11%",
    }
    assert data["primary_data"]["readings"]["strict"]["reading_en"] == "activity data and factor"
    assert data["primary_data"]["assumptions"] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_r13_follows_its_inputs(ask, seed):
    chance = random.Random(seed)
    kg = {name: chance.randint(1, 9000) for name in ("electricity", "anode", "pfc", "alumina", "rest")}
    share = chance.randint(0, 100) / 100
    data = ask(smelter(kg, share=share))
    direct = kg["anode"] + kg["pfc"] + share * kg["alumina"]
    assert shares(data)["strict"] == pytest.approx(direct / sum(kg.values()), rel=1e-12)
    assert shares(data)["activity"] == pytest.approx((direct + kg["electricity"]) / sum(kg.values()), rel=1e-12)


def test_r13_a_credit_weighs_by_its_size(ask):
    credit = ":metal-making tm:input :scrap-credit . :scrap-credit a tm:Exchange ; tm:flow :rest ; tm:amount 1 ; tm:unit unit:KiloGM ; "
    credit += f"tm:avoided true ; tm:defaultProvider :credit-factor ; {kind('primary')} tm:illustrative true .\n"
    data = ask(smelter(more=credit + factor("credit-factor", 1000, kind("primary"))))
    assert data["total"]["value"] == pytest.approx(11485)
    assert shares(data)["strict"] == pytest.approx((1503 + 293 + 840 + 1000) / 13485, rel=1e-12)


def test_r13_activity_data_of_unknown_kind_count_as_secondary_and_are_reported(ask):
    turtle = process(
        "metal", emissions=(("flow:CO2-fossil", 30, "unit:KiloGM", kind("primary")), ("flow:CO2-fossil", 10))
    )
    data = ask(turtle)
    assert shares(data) == {"activity": 0.75, "strict": 0.75}
    (assumption,) = data["primary_data"]["assumptions"]
    assert (assumption["code"], assumption["share"]) == ("kind-not-stated", 0.25)


def test_r13_the_kind_of_a_process_holds_for_its_exchanges(ask):
    turtle = process(
        "metal",
        more=kind("primary"),
        emissions=(("flow:CO2-fossil", 30), ("flow:CO2-fossil", 10, "unit:KiloGM", kind("secondary"))),
    )
    assert shares(ask(turtle)) == {"activity": 0.75, "strict": 0.75}


def test_uc09_secondary_data_carry_their_reason(ask):
    listed = ask(smelter())["primary_data"]["secondary"]
    assert [(item["flow"]["name_en"], item["reason_stated"], item["reason_en"]) for item in listed] == [
        ("electricity", False, "no reason stated"),
        ("alumina", False, "no reason stated"),
        ("rest", True, "small"),
    ]
    assert (listed[2]["reason_zh"], listed[0]["reason_zh"]) == ("占比小", "未说明理由")
    assert listed[0]["factor_kind"]["iri"].endswith("/secondary")
    assert listed[1]["supplier_share"] == 0.35


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (":grid tm:dataKind id:data-kind\\/primary .", r"grid> states several kinds of data"),
        (":alumina-pcf tm:primaryDataShare 0.4 .", r"alumina-pcf> states several primary data shares"),
        (":grid tm:primaryDataShare 35 .", r"grid> states a primary data share that is no number from 0 to 1"),
    ],
)
def test_contradictions_about_primary_data(ask, more, message):
    with pytest.raises(SchemeDataError, match=message):
        ask(smelter(more=more))


def graded(values, scale, kg=(7741, 1503, 2400, 841)):
    """A metal of some contributions, each an emission with scores on one scale."""
    emissions = tuple(("flow:CO2-fossil", each) for each in kg)
    stated = "".join(scores(f"metal-emission-{n}", scale, each) for n, each in enumerate(values, 1))
    return process("metal", emissions=emissions) + stated


def rating(data, scale):
    return next(each for each in data["ratings"] if each["scale"]["iri"].endswith(f"/{scale}"))


def values(found):
    return {each["iri"].rpartition("/")[2]: each["value"] for each in found["indicators"]}


def test_r14_pef(ask):
    found = rating(ask(graded([(1, 2, 2, 1)], PEF, (10,))), PEF)
    assert (found["rating"], found["level"]["iri"].rpartition("/")[2]) == (1.5, "excellent")
    assert values(found) == {"technological": 1, "geographical": 2, "temporal": 2, "precision": 1}
    assert found["assumptions"] == []


R14 = [(1, 1, 1), (1, 1, 1), (2, 3, 2), (3, 3, 3)]


def test_r14_pact_3(ask):
    found = rating(ask(graded(R14, PACT3)), PACT3)
    rounded = {name: round(value, 3) for name, value in values(found).items()}
    assert rounded == {"technological": 1.327, "geographical": 1.519, "temporal": 1.327}
    assert (found["spec_version"], found["level"]) == ("3", None)


@pytest.mark.parametrize(
    ("mean", "level"),
    [
        (1.5, "excellent"),
        (1.5000001, "very-good"),
        (2.0, "very-good"),
        (3.0, "good"),
        (4.0, "fair"),
        (4.0001, "poor"),
        (5, "poor"),
        (1, "excellent"),
    ],
)  # upper bounds are inclusive (Recommendation (EU) 2021/2279 as recalled)
def test_r14_levels(ask, mean, level):
    assert rating(ask(graded([(mean,) * 4], PEF, (10,))), PEF)["level"]["iri"].rpartition("/")[2] == level


def test_r14_a_mean_of_exactly_one_and_a_half_is_excellent_whatever_the_weights(ask):
    """0.1, 0.2 and 0.3 kg with 1.2, 1.5 and 1.6: in binary numbers the mean is a shade off 1.5."""
    found = rating(ask(graded([(1.2,) * 4, (1.5,) * 4, (1.6,) * 4], PEF, (0.1, 0.2, 0.3))), PEF)
    assert found["rating"] == pytest.approx(1.5, rel=1e-15)
    assert found["level"]["iri"].endswith("/excellent")


def test_r14_a_missing_score_is_the_worst_and_is_reported(ask):
    found = rating(ask(graded([(1, 1, 1, 1), (1, 1, 1, None)], PEF, (60, 40))), PEF)
    assert values(found)["precision"] == pytest.approx(0.6 * 1 + 0.4 * 5)
    (assumption,) = found["assumptions"]
    assert (assumption["code"], assumption["share"]) == ("score-missing", pytest.approx(0.4))
    nothing = rating(ask(graded([], PEF)), PEF)
    assert (nothing["rating"], nothing["level"]["iri"].rpartition("/")[2]) == (5.0, "poor")


def test_r14_pact_2_has_five_dimensions_and_a_threshold(ask):
    """Items with more than 5 % are scored: 90 and 5.1 of 100, not the 4.9."""
    data = ask(graded([(1, 1, 1, 1, 1), (2, 2, 2, 2, 2), (3, 3, 3, 3, 3)], PACT2, (90, 5.1, 4.9)), spec_version="2.3")
    found = rating(data, PACT2)
    assert found["indicators"][0]["value"] > 1
    assert found["items"] == 2
    assert "below-threshold" in {a["code"] for a in found["assumptions"]}
    assert values(found)["technological"] == pytest.approx((90 + 2 * 5.1) / 95.1)
    assert set(values(found)) == {"technological", "geographical", "temporal", "completeness", "reliability"}


def test_r14_scores_of_pact_2_on_the_scale_of_pact_3_are_not_mixed(ask):
    found = rating(ask(graded([(1, 1, 1)], PACT2, (1,))), PACT3)
    assert found["rating"] == 5.0


@pytest.mark.parametrize(("version", "scale"), [("3.0.3", PACT3), ("3", PACT3), ("2.3", PACT2), (None, PACT3)])
def test_r14_the_version_chooses_the_scale(ask, version, scale):
    assert rating(ask(graded(R14, PACT3), spec_version=version), scale)
    with pytest.raises(SchemeDataError, match=r"version '1\.0'"):
        ask(graded(R14, PACT3), spec_version="1.0")


def test_r14_a_score_outside_the_scale_is_refused(ask):
    with pytest.raises(SchemeDataError, match=r"metal-emission-1> states the score 4.0 .* outside 1 to 3"):
        ask(graded([(4, 1, 1, 1, 1)], PACT2, (1,)), spec_version="2.0")


def test_r14_the_score_of_the_exchange_goes_before_factor_and_process(ask):
    inputs = ((":a", 1, "unit:KiloGM", "tm:defaultProvider :f ;"), (":b", 1, "unit:KiloGM", "tm:defaultProvider :f ;"))
    turtle = (
        process("metal", inputs=inputs, emissions=(("flow:CO2-fossil", 10),))
        + product("a")
        + product("b")
        + factor("f", 10)
    )
    turtle += (
        scores("metal-in-1", PACT3, (1, 1, 1))
        + scores("f", PACT3, (2, 2, 2))
        + scores("metal-making", PACT3, (4, 4, 4))
    )
    assert rating(ask(turtle), PACT3)["rating"] == pytest.approx((1 + 2 + 4) / 3)


def test_r14_of_several_scores_the_worst_is_taken_and_said(ask):
    turtle = graded([(1, 1, 1)], PACT3, (1,)) + scores("metal-emission-1", PACT3, (3,)).replace("-0", "-second")
    found = rating(ask(turtle), PACT3)
    assert values(found)["technological"] == 3
    assert "several-scores" in {a["code"] for a in found["assumptions"]}


def test_competency_question_14(ask):
    """Primary share in percent with its reading, three DQRs, level."""
    data = ask(
        graded([(1, 2, 2, 1)] * 4, PEF) + "".join(scores(f"metal-emission-{n}", PACT3, s) for n, s in enumerate(R14, 1))
    )
    assert {r["reading_en"] for r in data["primary_data"]["readings"].values()} == {
        "activity data",
        "activity data and factor",
    }
    assert len(rating(data, PACT3)["indicators"]) == 3
    assert rating(data, PEF)["level"]["iri"].endswith("/excellent")


@tries(25)
@given(st.lists(st.tuples(st.integers(1, 10**6), st.tuples(*[st.integers(1, 5)] * 3)), min_size=1, max_size=6))
def test_a_rating_lies_between_the_scores_and_follows_the_weights(knowledge_store, items):
    from chains import HEAD

    from graphstore.answers.graph import Calculation

    turtle = graded([each for _, each in items], PACT3, tuple(kg for kg, _ in items))
    knowledge_store.load_bytes((HEAD + turtle).encode(), key="case", format="turtle")
    data = quality(Calculation(knowledge_store), METAL)
    found = values(rating(data, PACT3))
    whole = sum(kg for kg, _ in items)
    for position, indicator in enumerate(("technological", "geographical", "temporal")):
        expected = math.fsum(kg * each[position] for kg, each in items) / whole
        assert found[indicator] == pytest.approx(expected, rel=1e-12)
        assert min(each[position] for _, each in items) <= found[indicator] + 1e-12
    strict, activity = shares(data)["strict"], shares(data)["activity"]
    assert 0 <= strict <= activity <= 1


def test_a_product_without_contributions_has_no_quality(ask):
    with pytest.raises(ScreeningError, match="nothing contributes"):
        ask(process("metal"))
