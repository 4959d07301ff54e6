"""Methods side by side, asked of a graph: allocation (rules R05 and R17), recycling (rule R06). Illustrative inputs."""

import random
from pathlib import Path

import pytest
from chains import EX, ID, exchange, process, product

from footprint.errors import AllocationError, InvalidQuery, RecyclingError
from graphstore.answers.variants import variants
from graphstore.errors import ExtractionError

COPPER = Path(__file__).parents[2] / "examples" / "cathode-copper.ttl"
PRICES = {"cathode": 70, "acid": 0.35, "gold": 560000, "silver": 7200}
EXPANDED = "tm:allocationMethod method:system-expansion ; tm:displaces :burning ; tm:substitutionRatio 1 ;"
REPLACES = "tm:displaces :burning ; tm:substitutionRatio 1 ;"


def price(name, amount, year=None, number=1):
    told = f'tm:referenceYear "{year}"^^xsd:gYear ;' if year else ""
    node = f":{name}-price-{number}"
    return (
        f":{name} tm:hasProperty {node} . {node} a tm:PropertyValue ; tm:property property:price ; {told} "
        f"tm:amount {amount} ; tm:unit unit:CCY_CNY ; tm:perUnit unit:KiloGM .\n"
    )


def smelter(method="economic", acid=REPLACES, joint=2850, credit=120):
    """The copper smelter of rule R05, and acid made elsewhere at 120 kg per t."""
    text = process(
        "cathode",
        amount=1000,
        more=f"tm:allocationMethod method:{method} ;" if method else "",
        emissions=(("flow:CO2-fossil", joint),),
        outputs=((":acid", 3.2, "unit:TONNE", acid), (":gold", 10, "unit:GM"), (":silver", 0.35)),
    )
    text += "".join(product(name) for name in PRICES if name != "cathode")
    text += "".join(price(name, amount) for name, amount in PRICES.items())
    elsewhere = process("made-acid", unit="unit:TONNE", emissions=(("flow:CO2-fossil", credit),))
    return text + elsewhere.replace(":made-acid-making", ":burning")


def table(loaded, name, amount=1.0, by="allocation", **settings):
    data = variants(loaded.calculation(**settings), name if "://" in name else EX + name, amount, by=by)
    return data, {row["method"].get("notation", "stated"): row for row in data["rows"]}


def totals(rows):
    return {name: row["total"]["value"] for name, row in rows.items() if row["applicable"]}


# ---- allocation


def test_competency_question_13(case):
    """How does the copper footprint move under mass, economic and expansion allocation? Rule R05: 678.51, 2517.67, and
    2466.00 for the metals together; the methods lie a factor 3.7 apart."""
    data, rows = table(case(smelter()), "cathode", 1000.0)
    found = totals(rows)
    assert round(found["mass"], 2) == 678.51
    assert round(found["economic"], 2) == 2517.67
    assert round(found["price-ratio"], 2) == 2517.67  # gold over acid is far beyond 5
    assert found["system-expansion"] == pytest.approx(2466 * 70000 / 78120, rel=1e-12)
    assert found["unallocated"] == pytest.approx(2850.0, rel=1e-12)
    assert found["stated"] == found["economic"]
    assert round(rows["economic"]["share"], 4) == 0.8834
    assert rows["mass"]["difference"] == pytest.approx(678.51 - 2517.67, abs=0.01)
    assert round(data["spread"]["factor"], 1) == 3.7
    assert [end["method"]["notation"] for end in (data["spread"]["lowest"], data["spread"]["highest"])] == [
        "mass",
        "economic",
    ]
    assert not rows["energy"]["applicable"]
    assert "energy allocation needs an energy" in rows["energy"]["reason"]
    assert rows["economic"]["condition_en"].startswith("Last choice")
    assert "末选" in rows["economic"]["condition_zh"]


def test_the_sensitivity_run_is_marked_and_unverified(case):
    data, _ = table(case(smelter()), "cathode")
    assert data["sensitivity"]["mandatory"]
    assert data["sensitivity"]["unverified"]
    assert data["sensitivity"]["methods"] == ["system-expansion", "mass", "economic"]


@pytest.mark.parametrize("method", ["economic", "system-expansion"])
def test_system_expansion_of_rule_r05(case, method):
    """2466.00 for the metals, whether the process or the acid alone states it; the acid carries what it replaces."""
    gold = "tm:allocationMethod method:economic ;"
    text = smelter(method, EXPANDED if method == "economic" else REPLACES)
    for number in (2, 3):
        text = text.replace(
            f":cathode-output-{number} a tm:Exchange ;", f":cathode-output-{number} a tm:Exchange ; {gold}"
        )
    loaded = case(text)
    parts = {name: loaded.total(name, amount) for name, amount in (("cathode", 1000), ("gold", 10), ("silver", 0.35))}
    assert round(sum(parts.values()), 2) == 2466.00
    assert loaded.total("acid", 3.2) == pytest.approx(384.0, rel=1e-12)


@pytest.mark.parametrize("seed", [51, 52, 53])
def test_variants_follow_their_inputs(case, seed):
    chance = random.Random(seed)
    joint, credit = round(chance.uniform(100, 9000), 2), round(chance.uniform(1, 500), 2)
    found = totals(table(case(smelter(joint=joint, credit=credit)), "cathode", 1000.0)[1])
    mass = 1000 + 3200 + 0.010 + 0.35
    value = 70000 + 1120 + 5600 + 2520
    assert found["mass"] == pytest.approx(joint * 1000 / mass, rel=1e-12)
    assert found["economic"] == pytest.approx(joint * 70000 / value, rel=1e-12)
    assert found["system-expansion"] == pytest.approx((joint - 3.2 * credit) * 70000 / 78120, rel=1e-9)


def test_a_credit_is_shown_apart_and_negative(case):
    data = case(smelter(acid=EXPANDED)).footprint("cathode", 1000.0)
    share = 70000 / 78120
    (credit,) = data["credits"]
    assert credit["value"] == pytest.approx(-384 * share, rel=1e-12)
    assert (credit["amount"], credit["unit"]["symbol"]) == (pytest.approx(-3.2 * share), "t")
    assert credit["product"]["iri"] == f"{EX}made-acid"
    by_process = {line["iri"]: line["value"] for line in data["processes"]}
    assert by_process[f"{EX}burning"] == pytest.approx(-384 * share, rel=1e-12)
    assert sum(line["value"] for line in data["contributions"]) == pytest.approx(data["total"]["value"], rel=1e-12)


def test_a_factor_that_is_replaced_is_a_negative_term_with_its_name(case):
    mass = "[ tm:gas gas:CO2 ; tm:amount 120 ; tm:unit unit:KiloGM ; tm:emissionCategory category:fossil ]"
    factor = f':acid-factor a tm:EmissionFactor ; rdfs:label "acid"@en ; tm:perUnit unit:TONNE ; tm:gasMass {mass} .\n'
    loaded = case(smelter(acid=EXPANDED.replace(":burning", ":acid-factor")) + factor)
    data = loaded.footprint("cathode", 1000.0)
    (line,) = [line for line in data["contributions"] if line["value"] < 0]
    assert line["provider"]["iri"] == f"{EX}acid-factor"
    assert line["value"] == pytest.approx(-384 * 70000 / 78120, rel=1e-12)
    assert line["factor"] == pytest.approx(120.0)
    assert "factor-year" in {assumption["code"] for assumption in data["assumptions"]}  # it states none


def test_expansion_as_a_reading_needs_the_displaced_product(case):
    with pytest.raises(AllocationError, match=r"co-product <.*cathode-output-2> replaces.*State tm:displaces"):
        case(smelter("")).total("cathode", coproducts="system-expansion")
    one = process(
        "metal", emissions=(("flow:CO2-fossil", 10),), outputs=((":acid", 2, "unit:KiloGM", REPLACES),)
    ) + product("acid")
    other = process("made-acid", emissions=(("flow:CO2-fossil", 3),)).replace(":made-acid-making", ":burning")
    loaded = case(one + other)
    assert loaded.total("metal", coproducts="system-expansion") == pytest.approx(4.0, rel=1e-12)
    with pytest.raises(AllocationError, match="State tm:allocationMethod"):
        loaded.total("metal")


def test_without_a_stated_method_the_variants_still_stand(case):
    _, rows = table(case(smelter("", acid="")), "cathode", 1000.0)
    assert not rows["stated"]["applicable"]
    assert "state no allocation method" in rows["stated"]["reason"]
    assert "tm:displaces" in rows["system-expansion"]["reason"]
    assert rows["mass"]["difference"] is None
    assert round(rows["mass"]["total"]["value"], 2) == 678.51


def test_a_co_product_is_not_answered_with_the_reference_product(case):
    """Unallocated, the acid has no footprint of its own; that of the cathode must not stand in its row."""
    _, rows = table(case(smelter("", acid="")), "acid", 3.2)
    assert not rows["unallocated"]["applicable"]
    assert "carries nothing here" in rows["unallocated"]["reason"]
    assert round(rows["mass"]["total"]["value"], 2) == 2171.24
    assert round(rows["economic"]["total"]["value"], 2) == 40.28


def test_a_product_downstream_varies_the_smelter(case):
    text = smelter() + process("wire", inputs=((":cathode", 1.02),))
    data, rows = table(case(text), "wire")
    assert [found["iri"] for found in data["processes"]] == [f"{EX}cathode-making"]
    assert rows["mass"]["total"]["value"] == pytest.approx(1.02 * 0.67851327, rel=1e-7)
    assert rows["mass"]["share"] is None


def furnace():
    """8 kg for 1 kg sludge and 3 kg ash, which spares a landfill at 0.5 kg; the fees are 1 and 5 CNY a kg."""
    text = product("sludge", kind="WasteFlow") + product("ash", kind="WasteFlow") + price("sludge", 1) + price("ash", 5)
    spares = "tm:displaces :landfill ; tm:substitutionRatio 1 ;"
    for name, more, kg in (("furnace", spares, 8), ("landfill", "", 0.5)):
        text += exchange(f"{name}-ash", ":ash", 3 if more else 1, more=more) + exchange(
            f"{name}-e", "flow:CO2-fossil", kg
        )
        taken = f":{name}-sludge, :{name}-ash" if more else f":{name}-ash"
        first = taken.split(",", maxsplit=1)[0]
        text += f":{name} a tm:UnitProcess ; tm:quantitativeReference {first} ; tm:input {taken} ; tm:emission :{name}-e .\n"
    return text + exchange("furnace-sludge", ":sludge", 1) + ":furnace tm:allocationMethod method:mass .\n"


def test_wastes_treated_together_have_variants(case):
    """By mass 2 of 8 kg, by fee 1/16 of them, by expansion 8 - 3 x 0.5; 5 is not beyond the limit of the price ratio."""
    text = furnace() + process("mill", outputs=((":sludge", 2, "unit:KiloGM"),))
    loaded = case(text)
    expected = {
        "stated": 2.0,
        "mass": 2.0,
        "economic": 0.5,
        "system-expansion": 6.5,
        "price-ratio": 2.0,
        "unallocated": 8.0,
    }
    assert totals(table(loaded, "sludge")[1]) == pytest.approx(expected, rel=1e-12)
    doubled = {name: 2 * kg for name, kg in expected.items()}
    assert totals(table(loaded, "mill")[1]) == pytest.approx(doubled, rel=1e-12)


def test_nothing_to_vary_is_said(case):
    loaded = case(process("plain", emissions=(("flow:CO2-fossil", 1),)))
    with pytest.raises(InvalidQuery, match="nothing to allocate"):
        table(loaded, "plain")
    with pytest.raises(InvalidQuery, match="no recycling model changes anything"):
        table(loaded, "plain", by="recycling")
    with pytest.raises(InvalidQuery, match="variants by 'taste' are not known"):
        table(loaded, "plain", by="taste")


# ---- prices of several years, rules as data


def test_prices_of_three_years_in_the_graph(case):
    """Mean of 60, 70, 80 is 70: the numbers of rule R05, and no assumption about prices."""
    text = process("cathode", amount=1000, more="tm:allocationMethod method:economic ;", emissions=(("flow:CO2-fossil", 2850),),
                   outputs=((":rest", 1, "unit:KiloGM"),)) + product("rest")  # fmt: skip
    for number, year in enumerate((2022, 2023, 2024)):
        text += price("cathode", 60 + 10 * number, year, number) + price("rest", 9240, year, number)
    data = case(text).footprint("cathode", 1000.0)
    assert round(data["total"]["value"], 2) == 2517.67  # 70000 of 79240
    assert "few-price-years" not in {assumption["code"] for assumption in data["assumptions"]}
    single = case(smelter()).footprint("cathode")
    (said,) = [a for a in single["assumptions"] if a["code"] == "few-price-years"]
    assert said["text_en"].startswith("4 products")
    assert "年数少于规则要求" in said["text_zh"]


def changed(store, node, old, new):
    """Load the shipped file that describes a node with one thing about the node changed; returns what puts it back."""
    import ontology

    for file in ontology.files():
        text = file.read_text(encoding="utf-8")
        begin = text.find(f"<{node}> a ")
        if begin >= 0:
            end = text.find("\n\n", begin)
            assert old in text[begin:end]
            other = text[:begin] + text[begin:end].replace(old, new) + text[end:]
            key = f"tanmai/{Path(str(file)).parent.name}/{file.name.removesuffix('.ttl')}"
            store.load_bytes(other.encode(), key=key, format="turtle")
            return lambda: store.load_bytes(text.encode(), key=key, format="turtle")
    raise AssertionError(node)


def test_the_limit_of_the_price_ratio_is_data(case, knowledge_store):
    """The ratio gold to acid is 1.6 million: a limit above that leaves the mass."""
    loaded = case(smelter("price-ratio", acid=""))
    assert round(loaded.total("cathode", 1000.0), 2) == 2517.67
    assert "price-ratio-rule" in {a["code"] for a in loaded.footprint("cathode")["assumptions"]}
    back = changed(knowledge_store, "reference-value/allocation-price-ratio-limit", "tm:amount 5", "tm:amount 2000000")
    try:
        assert round(loaded.total("cathode", 1000.0), 2) == 678.51
    finally:
        back()


def test_the_number_of_price_years_is_data(case, knowledge_store):
    back = changed(knowledge_store, "reference-value/allocation-price-years", "tm:amount 3", "tm:amount 1")
    try:
        text = smelter(acid="") + price("acid", 0.2, 2024, 2)
        with pytest.raises(AllocationError, match=r"one price of <.*acid> a year"):
            case(text).total("cathode")
        years = "".join(price(name, amount, 2024, 3) for name, amount in PRICES.items())
        text = "".join(line for line in smelter(acid="").splitlines(keepends=True) if "-price-1" not in line)
        codes = {a["code"] for a in case(text + years).footprint("cathode")["assumptions"]}
        assert "few-price-years" not in codes
    finally:
        back()


def test_a_rule_that_makes_no_sense_is_refused(case, knowledge_store):
    back = changed(knowledge_store, "allocation/price-ratio", "Limit <allocation/mass>", "Limit <allocation/stated>")
    try:
        with pytest.raises(ExtractionError, match=r"the price-ratio rule changes from <.*stated> to <.*economic> at 5"):
            case(smelter()).total("cathode")
    finally:
        back()


def test_statements_of_outputs_that_contradict_are_refused(case):
    loaded = case(smelter() + ":cathode-output-1 tm:substitutionRatio 2 .\n")
    with pytest.raises(ExtractionError, match=r"more than one tm:substitutionRatio, first <.*cathode-output-1>"):
        loaded.total("cathode")
    with pytest.raises(AllocationError, match=r"no product output of their process, first <.*cathode-emission-1>"):
        case(smelter() + ":cathode-emission-1 tm:displaces :burning .\n").total("cathode")


# ---- recycling


def part(model="", more="tm:materialClass <https://w3id.org/tanmai/id/material-class/metal> ;", virgin=12.0, r1=0.3):
    """The aluminium part of rule R06; every footprint comes from a process of its own."""
    made = {"virgin": virgin, "recycled": 0.8, "remelted": 0.7, "dumped": 0.02}
    text = "".join(process(name, emissions=(("flow:CO2-fossil", kg),)) for name, kg in made.items())
    roles = (("virgin", "virgin-material"), ("recycled", "recycled-material"), ("remelted", "recycling-at-end-of-life"),
             ("virgin", "displaced-virgin-material"), ("dumped", "disposal"))  # fmt: skip
    numbers = f"tm:recycledContent {r1} ; tm:recyclingOutputRate 0.9 ; tm:energyRecoveryRate 0 ; "
    numbers += "tm:qualityRatioIn 1 ; tm:qualityRatioOut 1 ; "
    chosen = f"tm:recyclingModel <{ID}recycling-model/{model}> ;" if model else ""
    inputs = tuple(
        (f":{flow}", 1, "unit:KiloGM", f"tm:recyclingRole <{ID}recycling-role/{role}> ;") for flow, role in roles
    )
    return text + process("part", more=f"{numbers} {more} {chosen}", inputs=inputs)


def test_r06_through_the_graph(case):
    """Input side 11.328, end of life -8.136, disposal 0.002: 3.194 kg/kg; A is that of metals, which nobody checked."""
    data = case(part("cff")).footprint("part")
    assert data["total"]["value"] == pytest.approx(3.194, rel=1e-12)
    parts = {name: found["value"] for name, found in data["recycling"]["parts"].items()}
    assert parts == pytest.approx({"input": 11.328, "end-of-life": -8.136, "energy": 0.0, "disposal": 0.002}, rel=1e-12)
    assert data["recycling"]["rest"] == pytest.approx(0.0, abs=1e-12)
    assert data["recycling"]["factor_a"]["unverified"]
    (said,) = [a for a in data["assumptions"] if a["code"] == "recycling-factor-a"]
    assert "0.2" in said["text_en"]
    assert "未经核对" in said["text_zh"]
    (credit,) = data["credits"]
    assert credit["value"] == pytest.approx(-0.8 * 0.9 * 12, rel=1e-12)


@pytest.mark.parametrize("seed", [61, 62])
def test_r06_follows_its_inputs(case, seed):
    chance = random.Random(seed)
    virgin, r1 = round(chance.uniform(1, 30), 3), round(chance.uniform(0, 1), 3)
    expected = (1 - r1) * virgin + r1 * (0.2 * 0.8 + 0.8 * virgin) + 0.8 * 0.9 * (0.7 - virgin) + 0.1 * 0.02
    assert case(part("cff", virgin=virgin, r1=r1)).total("part") == pytest.approx(expected, rel=1e-9)


def test_recycling_models_side_by_side(case):
    data, rows = table(case(part("cff")), "part", by="recycling")
    assert totals(rows) == pytest.approx(
        {"stated": 3.194, "cff": 3.194, "closed-loop": 1.832, "cut-off": 8.642}, rel=1e-12
    )
    assert rows["cut-off"]["credits"] == 0.0
    assert rows["closed-loop"]["recycling"]["parts"]["end-of-life"]["value"] == pytest.approx(-10.17, rel=1e-12)
    assert data["spread"]["factor"] == pytest.approx(8.642 / 1.832, rel=1e-9)


def test_each_method_says_what_it_assumes(case):
    """Only prices of one year, and a switch nobody verified: said by the methods that use them, not by mass."""
    _, rows = table(case(smelter()), "cathode")
    codes = {name: {a["code"] for a in row.get("assumptions", ())} for name, row in rows.items()}
    assert codes["economic"] == codes["stated"] == {"few-price-years"}
    assert codes["price-ratio"] == {"few-price-years", "price-ratio-rule"}
    assert codes["mass"] == set()
    _, rows = table(case(part("cff")), "part", by="recycling")
    codes = {name: [a["code"] for a in row["assumptions"]] for name, row in rows.items()}
    assert codes == {"stated": ["recycling-factor-a"], "cff": ["recycling-factor-a"], "closed-loop": [], "cut-off": []}


def test_every_answer_says_the_assumptions_of_the_footprint(case):
    """The same number rests on the same assumptions, whoever tells it."""
    from graphstore.answers.compare import Asked, compare
    from graphstore.answers.hybrid import hybrid

    loaded = case(part("cff"))
    virgin, made = (Asked(loaded.calculation(), f"{EX}{name}") for name in ("virgin", "part"))
    for told in (
        hybrid(loaded.calculation(), f"{EX}part")["assumptions"],
        compare(virgin, made, anyway=True)["b"]["assumptions"],
    ):
        assert told == loaded.footprint("part")["assumptions"]
    assert [a["code"] for a in told] == ["recycling-factor-a"]


def test_an_unknown_recycling_model_is_an_error(case):
    from dataclasses import replace

    calculation = case(part("cff")).calculation()
    reading = replace(calculation.settings.reading, recycling="CFF")
    asked = replace(calculation, settings=replace(calculation.settings, reading=reading))
    with pytest.raises(InvalidQuery, match=r"'CFF' is not known; choose one of cff, closed-loop, cut-off"):
        variants(asked, f"{EX}part", by="recycling")


def test_a_stated_factor_a_beats_that_of_the_material(case):
    data = case(part("cff", "tm:recyclingAllocationFactor 0.5 ;")).footprint("part")
    assert data["total"]["value"] == pytest.approx(10.32 - 5.085 + 0.002, rel=1e-12)
    assert data["recycling"]["factor_a"] is None


def test_the_factor_of_a_material_is_data(case, knowledge_store):
    back = changed(knowledge_store, "reference-value/recycling-A-metal", "tm:amount 0.2", "tm:amount 0.5")
    try:
        assert case(part("cff")).total("part") == pytest.approx(5.237, rel=1e-12)
    finally:
        back()


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (part(), RecyclingError, r"no recycling model is chosen"),
        (part("cff", ""), RecyclingError, r"needs tm:recyclingAllocationFactor \(A\), which is not stated"),
        (part("none"), ExtractionError, r"recycling model <.*none>, which shares no burdens"),
        (part("cff") + ":part-in-1 tm:recyclingRole :magic .\n", ExtractionError, r"more than one tm:recyclingRole"),
        (
            part("cff").replace("recycling-role/disposal", "recycling-role/magic"),
            ExtractionError,
            r"role <.*magic>, which is not known",
        ),
        (part("cff") + ":part-making tm:recycledContent 0.4 .\n", ExtractionError, r"more than one tm:recycledContent"),
    ],
)
def test_recycling_data_that_cannot_be_used(case, text, error, words):
    with pytest.raises(error, match=words):
        case(text).total("part")


def test_a_process_without_a_model_elsewhere_stops_nobody(case):
    loaded = case(part() + process("plain", emissions=(("flow:CO2-fossil", 1),)))
    assert loaded.total("plain") == 1.0
    assert table(loaded, "part", by="recycling")[1]["cff"]["total"]["value"] == pytest.approx(3.194, rel=1e-12)


# ---- cathode copper (rule R17)


@pytest.fixture
def copper(knowledge_store):
    from chains import Case

    knowledge_store.load_bytes(COPPER.read_bytes(), key="case", format="turtle")
    return Case(knowledge_store)


CATHODE = "https://w3id.org/tanmai/example/copper/cathode-"


def test_r17_pyrometallurgical(copper):
    """Joint 1994.6; the acid takes part of smelting by mass 1669.5; system expansion 1715.6."""
    found = totals(table(copper, f"{CATHODE}pyro")[1])
    assert round(found["unallocated"], 1) == 1994.6
    assert round(found["mass"], 1) == 1669.5
    assert round(found["system-expansion"], 1) == round(found["stated"], 1) == 1715.6


def test_r17_other_routes(copper):
    """Leaching 600 + 0.3 x 90 + 2200 kWh x 0.5777; scrap 1.02 x 30 + 250 + 330 kWh x 0.5777."""
    assert copper.total(f"{CATHODE}hydro") == pytest.approx(600 + 27 + 2200 * 0.5777, rel=1e-12)
    assert copper.total(f"{CATHODE}secondary") == pytest.approx(30.6 + 250 + 330 * 0.5777, rel=1e-12)


def test_r17_declared_unit_is_marked_as_a_choice(copper):
    rows = copper.store.query(
        "SELECT ?kind { ?p tm:declaredUnit ?unit . ?unit tm:amount 1 ; tm:unit unit:TONNE ; tm:confidence ?kind }"
    ).dicts()
    assert [row["kind"] for row in rows] == [f"{ID}confidence/project-choice"] * 3


def test_r17_every_figure_is_marked_illustrative(copper):
    text = "SELECT ?e { ?p a tm:UnitProcess ; tm:input|tm:emission ?e . FILTER NOT EXISTS { ?e tm:illustrative true } }"
    assert copper.store.query(text).dicts() == []
