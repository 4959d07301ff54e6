"""Competency questions about products: calculated, or read from what a graph states of baselines, grades and cut-offs."""

from decimal import Decimal

import pytest
from chains import EX, process, product
from questions import text_of

from graphstore import GraphStore
from graphstore.answers.affected import affected
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation, Settings
from graphstore.answers.missing import missing
from graphstore.answers.results import materialize, stored

DEMO = "https://w3id.org/tanmai/demo/"


def test_question_1_what_is_the_footprint_stage_by_stage(demo_store):
    """Profile p = 1.08 x 12208.93016 + 900 x 0.5777 + 35 x 2.184 + 0.002 p + 5 x 0.5777; delivery adds 600 x 0.07."""
    profile = (1.08 * 12208.93016 + 900 * 0.5777 + 35 * 2.184 + 5 * 0.5777) / 0.998
    raw = 1.08 * 12208.93016
    data = calculate(Calculation(demo_store), f"{DEMO}profile-delivered").data
    stages = {stage["iri"].rpartition("/")[2]: stage["value"] for stage in data["stages"]}
    assert stages == {
        "raw-material-acquisition": pytest.approx(raw),
        "manufacturing": pytest.approx(profile - raw),
        "distribution": pytest.approx(42),
    }
    assert sum(stage["share"] for stage in data["stages"]) == pytest.approx(1)
    assert (data["unit"]["symbol"], data["settings"]["gwp"], data["gwp_sets"]) == ("t", "AR6", ["AR6", "unknown"])


def test_question_1_all_footprints_that_were_written_with_boundary_and_rule(demo_store, ask):
    study = f"""@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix id: <https://w3id.org/tanmai/id/> .
        <{EX}study> a tm:FootprintStudy ; tm:studyProduct <{DEMO}ingot-grid> ;
            tm:systemBoundary <https://w3id.org/tanmai/id/boundary/cradle-to-gate> ;
            <http://purl.org/dc/terms/conformsTo> <https://w3id.org/tanmai/id/standard/GB-T-44905-2024> ."""
    demo_store.load_bytes(study.encode(), key="study", format="turtle")
    materialize(Calculation(demo_store), [f"{DEMO}casting-grid", f"{DEMO}alumina"])
    alumina, ingot = ask(demo_store, "01")
    assert alumina[:3] == (f"{DEMO}alumina", "metallurgical alumina", pytest.approx(1250))
    assert ingot[:3] == (f"{DEMO}ingot-grid", "primary aluminium, grid power", pytest.approx(12208.93016))
    assert 0 < ingot[3] < 1e-6
    assert ingot[4:8] == (Decimal(1), "http://qudt.org/vocab/unit/TONNE", "gwp-set/AR6", "error")
    assert ingot[9:] == ("boundary/cradle-to-gate", "standard/GB-T-44905-2024")


def test_question_2_which_flows_make_80_percent(demo_store):
    """13400 kWh x 0.5777; 1.92 t alumina x 1059.575 kg CO2; 63.4 % and 16.7 % of 12208.93."""
    lines = calculate(Calculation(demo_store), f"{DEMO}ingot-grid").data["contributions"]
    cumulative, needed = 0.0, []
    for line in lines:
        cumulative += line["share"]
        needed.append((line["exchange"].removeprefix(DEMO), line["value"]))
        if cumulative >= 0.8:
            break
    assert needed == [
        ("electrolysis-grid-in-electricity", pytest.approx(7741.18)),
        ("alumina-refining-out-co2", pytest.approx(2034.384)),
    ]
    assert cumulative == pytest.approx((7741.18 + 2034.384) / 12208.93016)
    assert lines[0]["factorSource"]["iri"].endswith("/mee-announcement-footprint-2024")


def cut_offs(*shares):
    """A study that proposes to leave out items a, b, c, ... with these shares."""
    names = [f":item-{letter}" for letter in "abcdefghijklm"[: len(shares)]]
    nodes = " ".join(
        f'{name} a tm:CutOff ; rdfs:label "{name[-1]}"@en ; tm:share {share} .'
        for name, share in zip(names, shares, strict=True)
    )
    return f":study a tm:FootprintStudy ; tm:cutOff {', '.join(names)} . {nodes}"


def judged(case, ask, *shares):
    return [(item, together, may) for _, item, _, together, may, *_ in ask(case(cut_offs(*shares)).store, "12")]


def test_question_12_packaging_and_office_energy_may_go_together(case, ask):
    """0.04 % and 0.76 % are below 1 % each, 0.80 % together below 5 %; the rule is in force."""
    rows = ask(case(cut_offs(0.0004, 0.0076)).store, "12")
    assert [row[1:5] for row in rows] == [
        ("a", Decimal("0.0004"), Decimal("0.0004"), True),
        ("b", Decimal("0.0076"), Decimal("0.0080"), True),
    ]
    assert {row[5:] for row in rows} == {(Decimal("0.01"), Decimal("0.05"), "in-force")}


def test_question_12_example_a_of_the_cut_off_rule(case, ask):
    rows = judged(
        case,
        ask,
        *(f"{share:.5f}" for share in (0.0004, 0.00064, 0.00481, 0.00561, 0.00721, 0.00761, 0.00841, 0.00921)),
    )
    assert rows[-1] == ("h", Decimal("0.0439"), True)
    assert all(may for *_, may in rows)


def test_question_12_of_eight_items_of_nine_tenths_of_a_percent_five_may_go(case, ask):
    rows = judged(case, ask, *(["0.009"] * 8))
    assert [may for *_, may in rows] == [True] * 5 + [False] * 3
    assert [together for _, together, _ in rows[4:6]] == [Decimal("0.045"), Decimal("0.054")]


@pytest.mark.parametrize(
    ("shares", "allowed"),
    [
        (["0.01"], [False]),  # exactly 1 % may not go
        (["0.0099999"], [True]),
        (["-0.009"], [True]),  # a credit counts by its size
        (["-0.02", "0.005"], [True, False]),
        (["0.0083334"] * 6, [True] * 5 + [False]),  # a hair above 5 % together
        (["0.00625"] * 8, [True] * 8),  # exactly 5 % may
    ],
)
def test_question_12_edges(case, ask, shares, allowed):
    assert [may for *_, may in judged(case, ask, *shares)] == allowed


PRICES = {"cathode": 70, "acid": 0.35, "gold": 560000, "silver": 7200}
COPPER = (
    process(
        "cathode", amount=1000, outputs=((":acid", 3200), (":gold", "0.010"), (":silver", "0.35")),
        emissions=(("flow:CO2-fossil", 2850),),
    )
    + "".join(product(name) for name in ("acid", "gold", "silver"))
    + "".join(
        f":{name} tm:hasProperty :{name}-price . :{name}-price a tm:PropertyValue ; tm:property property:price ; "
        f"tm:amount {price} ; tm:unit <{EX}CNY> ; tm:perUnit unit:KiloGM ."
        for name, price in PRICES.items()
    )
)  # fmt: skip


METAL = process(
    "metal", amount=1000, inputs=((":spare-acid", 3200, "unit:KiloGM", "tm:avoided true ;"),),
    emissions=(("flow:CO2-fossil", 2850),),
) + process("spare-acid", emissions=(("flow:CO2-fossil", 0.12),))  # fmt: skip


def test_question_13_how_the_cathode_moves_under_mass_and_economic_allocation_and_expansion(case):
    """Toy smelter of rule R05: 2850 kg CO2e over 1000 kg cathode; 678.51 by mass, 2517.67 by value, 2466 by expansion."""
    loaded = case(COPPER + METAL)
    result = loaded.store.query(text_of("13", product=f"<{EX}cathode>"))
    rows = {method: (co2e, factor, condition) for method, co2e, factor, condition in result.values()}
    assert 1000 * rows["mass"][0] == pytest.approx(678.51, abs=5e-3)
    assert 1000 * rows["economic"][0] == pytest.approx(2517.67, abs=5e-3)
    assert rows["economic"][1] == pytest.approx(2517.67 / 678.51, rel=1e-5)
    assert rows["mass"][2] == "In proportion to the mass of the products."
    assert loaded.total("metal", 1000) == pytest.approx(2466)
    # no heating value is stated: that method has no value, and the answer says why
    assert rows["energy"][0] is None
    assert any("energy allocation needs an energy" in reason for reason in result.failures)


LEVELS = {"advanced": 10, "benchmark": 20, "access": 50, "limit": 80}


def baseline(name, estimator, values):
    """A baseline of twelve smelters; the values are those of rule R18, as data: nothing is estimated here."""
    node = "<https://w3id.org/tanmai/id/{}/{}>"
    text = f":{name} a tm:Baseline ; tm:illustrative true ; tm:sampleSize 12 ; tm:companyCount 7 ; "
    text += f"tm:estimator {node.format('baseline-estimator', estimator)} . "
    for (level, percentile), value in zip(LEVELS.items(), values, strict=True):
        text += f":{name} tm:baselineValue :{name}-{level} . :{name}-{level} a tm:BaselineValue ; tm:amount {value} ; "
        text += f"tm:unit unit:TONNE ; tm:perUnit unit:TONNE ; tm:percentile {percentile} ; "
        text += f"tm:baselineLevel {node.format('baseline-level', level)} . "
    return text


def graded(name, co2e, against, grade, uncertain="false"):
    """A declared footprint of 1000 kg and the grade that it was given."""
    return (
        f":{name} a tm:Product . :fp-{name} a tm:DeclaredFootprint ; tm:ofProduct :{name} ; tm:co2e {co2e} ; tm:amount 1000 ; "
        f"tm:unit unit:KiloGM . :grade-{name} a tm:GradeAssignment ; tm:gradedFootprint :fp-{name} ; "
        f"tm:againstBaseline :{against} ; tm:grade <https://w3id.org/tanmai/id/grade/{grade}> ; tm:gradeUncertain {uncertain} . "
    )


def test_question_17_where_i_stand_against_the_industry(case, ask):
    """8.81 t/t against the production-weighted values 8.8, 11.2, 13.1 and 14.8: just above advanced, so B."""
    data = baseline("b", "production-weighted", ("8.8", "11.2", "13.1", "14.8")) + graded(
        "mine", 8810, "b", "B", "true"
    )
    rows = ask(case(data).store, "17")
    assert [(row[1], row[2], row[5], round(float(row[10]), 9)) for row in rows] == [
        ("advanced", Decimal("8.8"), 10, 0.01),
        ("benchmark", Decimal("11.2"), 20, -2.39),
        ("access", Decimal("13.1"), 50, -4.29),
        ("limit", Decimal("14.8"), 80, -5.99),
    ]
    assert {(row[0], *row[6:9], *row[11:]) for row in rows} == {(f"{EX}mine", "production-weighted", 12, 7, "B", True)}
    assert [row[9] for row in rows] == pytest.approx([8.81] * 4)


def test_question_17_the_other_estimator_is_told_apart(case, ask):
    data = baseline("b", "linear-interpolation", ("5.380", "9.280", "12.850", "14.640")) + graded("m", 14010, "b", "D")
    rows = ask(case(data).store, "17")
    assert [(row[1], float(row[2]), row[6], row[11]) for row in rows] == [
        ("advanced", 5.38, "linear-interpolation", "D"),
        ("benchmark", 9.28, "linear-interpolation", "D"),
        ("access", 12.85, "linear-interpolation", "D"),
        ("limit", 14.64, "linear-interpolation", "D"),
    ]


GASKET = process("frame", inputs=((":rubber", 0.2), (":sheet", 5)), emissions=(("flow:CO2-fossil", 1),))
GASKET += product("rubber") + product("sheet", "steel") + process("steel", emissions=(("flow:CO2-fossil", 2),))


def test_question_29_which_upstream_data_are_missing_and_what_could_stand_in(case):
    data = missing(case(GASKET).calculation(), f"{EX}frame")
    assert [(link["flow"]["iri"], link["answer"]) for link in data["missing"]] == [
        (f"{EX}sheet", "proxy"),
        (f"{EX}rubber", "no data"),
    ]
    assert (data["missing"][0]["proxy"]["iri"], data["missing"][0]["effect"]["value"]) == (
        f"{EX}steel-making",
        pytest.approx(10),
    )


def test_a_question_without_an_answer_says_no_data_and_names_the_missing_link(case):
    (link,) = [
        found for found in missing(case(GASKET).calculation(), f"{EX}frame")["missing"] if found["answer"] == "no data"
    ]
    assert (link["exchange"], link["process"]["iri"], link["reason"]) == (
        f"{EX}frame-in-1",
        f"{EX}frame-making",
        "unlinked input",
    )


OWN = f"{EX}factor"


def own_factor(value):
    return f"""@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix unit: <http://qudt.org/vocab/unit/> .
        <{OWN}> a tm:EmissionFactor ; tm:co2e {value} ; tm:perUnit unit:KiloW-HR ; tm:illustrative true ;
            tm:gwpSet <https://w3id.org/tanmai/id/gwp-set/AR6> .
        <{EX}oven> a tm:UnitProcess ; tm:quantitativeReference <{EX}out> ; tm:output <{EX}out> ; tm:input <{EX}in> .
        <{EX}out> a tm:Exchange ; tm:flow <{EX}bread> ; tm:amount 1 ; tm:unit unit:KiloGM .
        <{EX}in> a tm:Exchange ; tm:flow <{EX}power> ; tm:amount 2 ; tm:unit unit:KiloW-HR ; tm:defaultProvider <{OWN}> .
        <{EX}bread> a tm:Product . <{EX}power> a tm:Product .""".encode()


def test_question_30_what_has_changed_between_two_releases_and_which_results_are_stale(with_knowledge, tmp_path, ask):
    with GraphStore.open(with_knowledge(tmp_path / "store"), mode="write") as store:
        store.load_bytes(own_factor("0.6"), key="own", format="turtle")
        materialize(Calculation(store, Settings()), [f"{EX}bread"])
        assert [results.fresh for results in stored(store)] == [True]
        store.release("r1")
        store.load_bytes(own_factor("0.5"), key="own", format="turtle")
        store.release("r2")
        assert [results.fresh for results in stored(store)] == [False]
    values = {}
    for release in ("r1", "r2"):
        with GraphStore.open(tmp_path / "store", mode="read", release=release) as store:
            ((_, values[release], *_),) = ask(store, "30", factor=f"<{OWN}>")
    assert values == {"r1": Decimal("0.6"), "r2": Decimal("0.5")}


def test_question_30_which_footprints_are_affected_by_the_factor(with_knowledge, tmp_path):
    """2 kWh x 0.6 = 1.2 becomes 2 x 0.5 = 1.0; the results written before the change are no number that changed."""
    with GraphStore.open(with_knowledge(tmp_path / "store"), mode="write") as store:
        store.load_bytes(own_factor("0.6"), key="own", format="turtle")
        materialize(Calculation(store, Settings()))
        store.release("r1")
        store.load_bytes(own_factor("0.5"), key="own", format="turtle")
        store.release("r2")
        with (
            GraphStore.open(tmp_path / "store", mode="read", release="r1") as one,
            GraphStore.open(tmp_path / "store", mode="read", release="r2") as two,
        ):
            data = affected(Calculation(one), Calculation(two))
    (number,) = data["numbers"]
    assert (number["old"], number["new"]) == (0.6, 0.5)
    assert [(found["product"]["iri"], found["base"], found["new"]) for found in data["products"]] == [
        (f"{EX}bread", pytest.approx(1.2), pytest.approx(1.0))
    ]
