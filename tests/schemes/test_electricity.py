"""Rule R08: which electricity factor, under which scheme, and why.

Factors of 2024 (announcement of MEE, NBS and NEA of 2025-09-28): grid 0.5777, coal 0.9240, hydro 0.0141, wind 0.0324,
delivery with losses 0.0327 kg CO2e/kWh; of 2023 (announcement 2025 No. 3): grid 0.6205. CO2 factors of 2023
(announcement 2025 No. 47): China 0.5306, Guangdong 0.4419, Yunnan 0.1333 kg CO2/kWh. 13 400 kWh per tonne of aluminium.
"""

import datetime as dt
import random
from fractions import Fraction

import pytest
from amounts import tries
from hypothesis import given
from hypothesis import strategies as st

from schemes.electricity import Question, choose, history, why
from schemes.electricity.supply import GRID_METHODS
from schemes.errors import NoFactorError, SchemeDataError, SupplyError, WrongFactorKindError

KWH = 13400
MIX = ("direct:hydro:0.4", "contract:wind:0.3:all", "grid:0.3")


@pytest.fixture
def ask(case):
    def asked(turtle="", gwp="AR6", **question):
        calculation = case(turtle).calculation(gwp)
        return choose(calculation, Question(**({"place": "CN", "year": 2024, "kwh": KWH} | question)))

    return asked


def answer(data, scheme):
    return next(each for each in data["schemes"] if each["iri"].endswith(f"/{scheme}"))


def codes(scheme):
    return {assumption["code"] for assumption in scheme["assumptions"]}


@pytest.mark.parametrize(
    ("scheme", "supply", "expected"),
    [
        ("gbt-24067", MIX, 2528.2),
        ("iso-14067", MIX, 2528.2),
        ("eu-battery", MIX, 4720.3),
        ("grid-average", MIX, 7741.2),
        ("gbt-24067", ("own:coal:1",), 12381.6),
        ("cbam", MIX, 0.0),
    ],
)
def test_worked_numbers(ask, scheme, supply, expected):
    found = answer(ask(supply=supply, schemes=[scheme]), scheme)
    assert round(found["total"]["value"], 1) == expected
    assert found["total"]["error_bound"] < 1e-9
    assert found["verdict"] == ("not-charged" if scheme == "cbam" else "footprint")


def test_delivery_is_added_on_the_contractual_share_on_request_only(ask):
    without = answer(ask(supply=MIX), "gbt-24067")
    assert without["total_with_delivery"] is None
    assert "losses-unknown" in codes(without)
    added = answer(ask(supply=MIX, with_delivery=True), "gbt-24067")
    assert round(added["total"]["value"], 1) == 2528.2
    assert round(added["total_with_delivery"]["value"], 1) == 2659.6
    assert answer(ask(supply=MIX, with_delivery=True), "eu-battery")["total_with_delivery"] is None


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_totals_follow_shares_and_amount(ask, seed):
    chance = random.Random(seed)
    hydro, wind, kwh = chance.randint(1, 400), chance.randint(1, 400), round(chance.uniform(1, 1e6), 3)
    grid = 1000 - hydro - wind
    supply = (f"direct:hydro:{hydro / 1000}", f"contract:wind:{wind / 1000}:all", "grid")
    data = ask(supply=supply, kwh=kwh)
    mix = hydro * 0.0141 + wind * 0.0324 + grid * 0.5777
    assert answer(data, "gbt-24067")["total"]["value"] == pytest.approx(kwh * mix / 1000, rel=1e-12)
    refused = hydro * 0.0141 + (wind + grid) * 0.5777
    assert answer(data, "eu-battery")["total"]["value"] == pytest.approx(kwh * refused / 1000, rel=1e-12)


@tries(20)
@given(hydro=st.fractions(0, 1), wind=st.fractions(0, 1), kwh=st.fractions(Fraction(1, 1000), 10**9))
def test_no_scheme_goes_below_the_cleanest_or_above_the_dirtiest_factor(knowledge_store, hydro, wind, kwh):
    from graphstore.answers.graph import Calculation

    left = 1 - hydro
    wind = wind * left
    parts = [f"direct:hydro:{hydro}" if hydro else "", f"contract:wind:{wind}:all" if wind else ""]
    supply = tuple(filter(None, parts)) + (("grid",) if hydro + wind < 1 else ())
    data = choose(Calculation(knowledge_store), Question(2024, "CN", supply=supply, kwh=kwh))
    for scheme in data["schemes"]:
        if scheme["verdict"] == "footprint":
            lowest, highest = float(kwh) * 0.0141, float(kwh) * 0.5777
            assert lowest * (1 - 1e-12) <= scheme["total"]["value"] <= highest * (1 + 1e-12)
            parts = [line["value"]["value"] for line in scheme["lines"]]
            assert sum(parts) == pytest.approx(scheme["total"]["value"], rel=1e-12)
    assert answer(data, "gbt-24067")["total"]["value"] <= answer(data, "eu-battery")["total"]["value"] * (1 + 1e-12)


def test_competency_question_3(ask):
    """Which factor for 2024 under GB/T 24067, EU batteries and CBAM: factor or "not charged", reason, document."""
    data = ask(schemes=["gbt-24067", "eu-battery", "cbam"], kwh=None)
    found = {s["iri"].rpartition("/")[2]: (s, s["lines"][0]) for s in data["schemes"]}
    assert list(found) == ["gbt-24067", "eu-battery", "cbam"]
    for key in ("gbt-24067", "eu-battery"):
        scheme, line = found[key]
        assert line["factor"]["value"] == 0.5777
        assert scheme["total"] == {"value": 0.5777, "unit": "kg CO2e/kWh", "error_bound": pytest.approx(0, abs=1e-16)}
        assert line["factor"]["documents"][0]["iri"].endswith("/mee-announcement-footprint-2024")
    assert found["eu-battery"][1]["legal_status"]["iri"].endswith("/draft")
    assert "legal-status" in codes(found["eu-battery"][0])
    assert found["gbt-24067"][1]["unverified"] is True
    cbam, line = found["cbam"]
    assert (cbam["verdict"], line["factor"]) == ("not-charged", None)
    assert {d["iri"].rpartition("/")[2] for d in line["documents"]} == {"regulation-eu-2023-956", "ir-eu-2025-2547"}
    assert "sector-not-stated" in codes(cbam)
    assert all(line["reason_en"] and line["reason_zh"] for _, line in found.values())


def test_cbam_by_sector(ask):
    charged = answer(ask(schemes=["cbam"], sector="cement"), "cbam")
    assert (charged["verdict"], charged["total"]) == ("charged-elsewhere", None)
    aluminium = answer(ask(schemes=["cbam"], sector="aluminium"), "cbam")
    assert (aluminium["total"]["value"], codes(aluminium)) == (0.0, set())
    with pytest.raises(SupplyError, match=r"sector 'glass'.*aluminium, cement"):
        ask(schemes=["cbam"], sector="glass")


def test_competency_question_4(case):
    """Grid factor 2023 and 2024: 0.6205 and 0.5777, -6.9 %, with documents."""
    rows = history(case("").calculation(), "CN")["factors"]
    assert [(row["year"], row["value"]) for row in rows] == [(2023, 0.6205), (2024, 0.5777)]
    assert f"{rows[1]['change']:.1%}" == "-6.9%"
    assert [row["documents"][0]["iri"].rpartition("/")[2] for row in rows] == [
        "mee-announcement-2025-3",
        "mee-announcement-footprint-2024",
    ]
    with pytest.raises(NoFactorError, match=r"'nuclear_fusion'.*There are factors of biomass, coal"):
        history(case("").calculation(), "CN", "nuclear_fusion")


@pytest.mark.parametrize(
    "text", ["0.4419", "co2-CN-GD-grid-average-2023", "广东电力二氧化碳排放因子，省级平均，2023年"]
)
def test_competency_question_5(case, text):
    """0.4419 for Guangdong is a CO2 factor of the generation stage (rule GEN-15); right is 0.6205 of the same year."""
    found = why(case("").calculation(), text, KWH)
    assert found["allowed"] is False
    assert found["factor"]["kind"]["iri"].endswith("#ElectricityCO2Factor")
    assert found["rule"]["identifier"] == "GEN-15"
    assert (found["alternative"]["value"], found["alternative"]["year"]) == (0.6205, 2023)
    assert found["alternative"]["place"]["iri"].endswith("/CN")
    assert round(found["effect"]["with_it"]["value"], 2) == 5921.46
    assert round(found["effect"]["with_alternative"]["value"], 1) == 8314.7


def test_why_of_a_footprint_factor_allows_it(case):
    found = why(case("").calculation(), "0.5777")
    assert (found["allowed"], found["alternative"], found["effect"]) == (True, None, None)


def test_why_lists_candidates(case):
    with pytest.raises(NoFactorError, match=r"'Yunnan' fits 3 electricity factors(.|\n)*co2-CN-YN-grid-average-2022"):
        why(case("").calculation(), "Yunnan")


def test_the_co2_factor_of_yunnan_is_refused_and_shown_for_what_it_would_give(ask):
    data = ask(place="CN-YN", year=2023)
    (refused,) = data["not_allowed"]
    assert (refused["value"], refused["usable_in_footprint"]) == (0.1333, False)
    assert round(refused["would_give"]["value"], 1) == 1786.2
    assert refused["would_give"]["unit"] == "kg CO2"
    organization = answer(data, "organization-accounting")
    assert (organization["verdict"], organization["total"]) == ("not-a-footprint", None)
    assert round(organization["would_give"]["value"], 1) == 1786.2
    assert answer(data, "gbt-24067")["total"]["value"] == pytest.approx(KWH * 0.6205)
    assert "wider-place" in codes(answer(data, "gbt-24067"))
    with pytest.raises(WrongFactorKindError, match=r"co2-CN-YN-grid-average-2023> is of the kind .*0.1333 kg CO2"):
        ask(supply=["direct:co2-CN-YN-grid-average-2023:1"], schemes=["gbt-24067"])


def test_a_year_without_a_factor_is_an_error_and_the_nearest_one_only_on_request(ask):
    with pytest.raises(NoFactorError, match=r"for <.*geography/CN> in 2025; there are factors for 2023, 2024"):
        ask(year=2025)
    found = answer(ask(year=2025, nearest_year=True, schemes=["gbt-24067"]), "gbt-24067")
    assert found["lines"][0]["factor"]["year"] == 2024
    told = next(a for a in found["assumptions"] if a["code"] == "other-year")
    assert "2024" in told["text_en"]
    with pytest.raises(NoFactorError, match="geography/DE> or a place that contains it"):
        ask(place="DE")


def test_what_was_not_published_yet_is_not_known(case):
    """On 2025-06-01 the factor of 2023 was out (2025-01-17), that of 2024 was not (2025-09-28)."""
    from graphstore.answers.graph import Calculation

    with case("").store.as_of(dt.date(2025, 6, 1)) as then:
        found = choose(Calculation(then), Question(2023, "CN", schemes=["gbt-24067"]))
        assert found["schemes"][0]["total"]["value"] == 0.6205
        with pytest.raises(NoFactorError, match="there are factors for 2023"):
            choose(Calculation(then), Question(2024, "CN"))


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ("", {"states-attributes", "unique", "tracked-and-retired", "period", "same-market"}),
        (":unique,period", {"states-attributes", "tracked-and-retired", "same-market"}),
        (":states-attributes,unique,!tracked-and-retired,period,same-market", {"tracked-and-retired"}),
    ],
)
def test_a_contract_that_misses_conditions_counts_as_grid_and_they_are_named(ask, stated, named):
    found = answer(ask(supply=[f"contract:wind:1{stated}"]), "gbt-24067")
    (line,) = found["lines"]
    assert {each["iri"].rpartition("/")[2] for each in line["missing_conditions"]} == named
    assert (line["accepted"], line["factor"]["value"]) == (False, 0.5777)
    assert line["treatment"]["iri"].endswith("/as-grid")
    assert round(found["total"]["value"], 1) == 7741.2
    assert "mix-not-available" in codes(found)


def test_own_power_whose_certificates_were_sold_counts_as_grid(ask):
    sold = answer(ask(supply=["own:hydro:1:!certificates-not-sold"]), "gbt-24067")
    assert round(sold["total"]["value"], 1) == 7741.2
    unstated = answer(ask(supply=["own:hydro:1"]), "gbt-24067")
    assert round(unstated["total"]["value"], 2) == 188.94
    assert "condition-assumed" in codes(unstated)
    assert "condition-assumed" not in codes(answer(ask(supply=["own:hydro:1:certificates-not-sold"]), "gbt-24067"))


PLANT = """
:plant a tm:EmissionFactor ; rdfs:label "toy plant"@en ; tm:perUnit unit:MegaW-HR ; tm:generationType <https://w3id.org/tanmai/id/generation/gas> ;
    tm:gasMass :m1, :m2 ; tm:illustrative true .
:m1 a tm:GasMass ; tm:gas gas:CO2 ; tm:amount 0.4 ; tm:unit unit:TONNE ; tm:emissionCategory category:fossil .
:m2 a tm:GasMass ; tm:gas gas:CH4_fossil ; tm:amount 2 ; tm:unit unit:KiloGM ; tm:emissionCategory category:fossil .
"""


@pytest.mark.parametrize(("gwp", "expected"), [("AR6", 0.4 + 0.002 * 29.8), ("AR4", 0.4 + 0.002 * 25)])
def test_the_factor_of_a_plant_in_masses_of_gases_per_megawatt_hour(ask, gwp, expected):
    """Methane 29.8 (AR6 Table 7.15), 25 (AR4 Table 2.14)."""
    found = answer(ask(PLANT, gwp, supply=["direct:https://example.org/plant:1"], kwh=1), "gbt-24067")
    assert found["total"]["value"] == pytest.approx(expected, rel=1e-12)
    assert "gwp-set-unknown" not in codes(found)


def test_a_factor_that_cannot_be_weighted_fails_only_where_it_is_used(ask):
    odd = PLANT.replace("gas:CH4_fossil", ":unknown-gas")
    assert answer(ask(odd, kwh=1), "gbt-24067")["total"]["value"] == 0.5777
    with pytest.raises(SchemeDataError, match=r"m2> is a mass of a gas that has no warming potential"):
        ask(odd, supply=["direct:https://example.org/plant:1"], schemes=["gbt-24067"])


def test_a_factor_of_another_year_or_place_that_is_named_is_reported(ask):
    named = answer(ask(supply=["direct:footprint-CN-hydro-2023:1"], kwh=1000), "gbt-24067")
    assert named["total"]["value"] == pytest.approx(14.3)  # 2023: 0.0143 kg/kWh
    (told,) = [a for a in named["assumptions"] if a["code"] == "named-year"]
    assert "2023" in told["text_en"]
    plant = answer(ask(PLANT, supply=["direct:https://example.org/plant:1"], kwh=1), "gbt-24067")
    assert {"named-year", "named-place"} <= codes(plant)
    fitting = answer(ask(supply=["direct:footprint-CN-hydro-2024:1"]), "gbt-24067")
    assert codes(fitting) & {"named-year", "named-place"} == set()


def test_changing_the_rule_in_the_graph_changes_the_answer():
    """Were the EU rules to accept contracts without conditions, the EU view would equal the GB/T view."""
    from graphstore import GraphStore
    from graphstore.answers.graph import Calculation
    from tanmai import knowledge

    rule = "<https://w3id.org/tanmai/id/electricity-rule/eu-battery-contractual>"
    treatment = "<https://w3id.org/tanmai/id/electricity-treatment/{}>"
    with GraphStore.open() as store:
        with store.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
        text = next(f for f in _reference() if f.name == "electricity_rules.ttl").read_text(encoding="utf-8")
        head, marker, tail = text.partition("<electricity-rule/eu-battery-contractual>")
        changed = (
            head + marker + tail.replace("<electricity-treatment/as-grid>", "<electricity-treatment/plant-factor>", 1)
        )
        store.load_bytes(changed.encode(), key="tanmai/reference/electricity_rules", format="turtle")
        asked = f"ASK {{ {rule} tm:treatment {treatment.format('plant-factor')} }}"
        assert bool(store.query(asked))
        data = choose(Calculation(store), Question(2024, "CN", supply=MIX, kwh=KWH))
    assert round(answer(data, "eu-battery")["total"]["value"], 1) == 2528.2


def _reference():
    import ontology

    return ontology.reference_files()


def test_a_published_residual_mix_is_preferred(ask):
    mix = """
:residual a tm:ElectricityFootprintFactor, tm:EmissionFactor ; rdfs:label "toy residual mix"@en ; tm:perUnit unit:KiloW-HR ;
    tm:co2e 0.7 ; tm:gwpSet set:unknown ; tm:generationType <https://w3id.org/tanmai/id/generation/residual_mix> ;
    tm:geography <https://w3id.org/tanmai/id/geography/CN> ; tm:referenceYear "2024"^^xsd:gYear ; tm:illustrative true .
"""
    found = answer(ask(mix, kwh=10), "gbt-24067")
    assert found["total"]["value"] == 7.0
    assert "mix-not-available" not in codes(found)


@pytest.mark.parametrize(
    ("supply", "message"),
    [
        (["solar:1"], "'solar' is no kind of supply. Write one of own, direct, contract, grid"),
        (["direct:hydro"], "states no share"),
        (["direct:hydro:1.2"], "the share is 1.2"),
        (["direct:hydro:0", "grid"], "the share is 0"),
        (["direct:tidal:1"], "'tidal' is neither a generation type"),
        (["contract:wind:1:honest"], "'honest' is no condition of supply"),
        (["direct:hydro:0.4"], "add up to 0.4, not to 1"),
        (["direct:hydro:1", "grid"], "nothing is left for the grid"),
        (["grid", "grid"], "Several supplies state no share"),
        (["grid:half"], "'half' is no share"),
    ],
)
def test_supplies_that_cannot_be_read(ask, supply, message):
    with pytest.raises(SupplyError, match=message.replace(".", r"\.")):
        ask(supply=supply)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"place": "Atlantis"}, "No place 'Atlantis'"),
        ({"place": None}, "Neither a place nor a site"),
        ({"site": "x", "supply": ("grid",)}, "either a site or supplies"),
        ({"schemes": ["pas-9999"]}, "scheme 'pas-9999'.*Known are: cbam"),
        ({"kwh": "many"}, "'many' is no amount"),
        ({"kwh": -1}, "is -1 kWh"),
        ({"year": 24}, "24 is no year of use"),
        ({"year": 99999}, "99999 is no year of use"),
    ],
)
def test_questions_that_cannot_be_read(ask, question, message):
    with pytest.raises(SupplyError, match=message):
        ask(**question)


def test_shares_are_added_without_binary_noise(ask):
    """In binary numbers ten times 0.1 is 0.9999999999999999."""
    found = answer(ask(supply=["direct:hydro:0.1"] * 10), "gbt-24067")
    assert found["total"]["value"] == pytest.approx(188.94)


def test_a_rule_that_says_two_things_is_an_error(ask):
    twice = "<https://w3id.org/tanmai/id/electricity-rule/cbam-direct-only> tm:treatment <https://w3id.org/tanmai/id/electricity-treatment/as-grid> ."
    with pytest.raises(SchemeDataError, match="several values of treatment"):
        ask(twice)


def test_grid_methods_are_in_the_order_of_the_rules(case):
    from schemes.electricity.rules import rules_by_scheme

    for rules in rules_by_scheme(case("").calculation()).values():
        own = [rule.method for rule in rules if rule.method in GRID_METHODS]
        assert own == [method for method in GRID_METHODS if method in own]
