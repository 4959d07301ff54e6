"""Rule R30: what two results must agree in, key by key; the keys are data."""

import pytest
from chains import EX, process, product

import ontology
from footprint.errors import FootprintError
from graphstore.answers.compare import Asked, compare
from graphstore.errors import ExtractionError
from graphstore.scenarios import AmountChange, Scenario

CO2 = "flow:CO2-fossil"
BATTERY = "<https://w3id.org/tanmai/id/product-group/electric-motor>"
METAL = "<https://w3id.org/tanmai/id/product-group/electrolytic-aluminium>"
METHOD = "tanmai/concepts/method"


def study(name, more):
    return f":study-{name} a tm:FootprintStudy ; tm:studyProduct :{name} ; {more} .\n"


def stated(name, more):
    return f":{name} {more} .\n"


def pair(one="", other="", year="2024", other_year="2024"):
    """Two products of one group; `one` and `other` are further statements in Turtle."""
    text = ""
    for name, when in (("x", year), ("y", other_year)):
        more = f'tm:referenceYear "{when}"^^xsd:gYear ;' if when else ""
        text += process(name, emissions=((CO2, 1),), more=more) + stated(name, f"tm:productGroup {METAL}")
    return text + one + other


def verdicts(loaded, first="x", second="y", one=None, two=None, **more):
    a = Asked(loaded.calculation(**(one or {})), EX + first)
    b = Asked(loaded.calculation(**(two or {})), EX + second)
    data = compare(a, b, **more)
    found = {key["key"]: key["verdict"] for key in data["keys"]}
    assert data["differing"] == sorted(key for key, verdict in found.items() if verdict == "differs")
    assert data["comparable"] is (data["differing"] == [])
    assert ("difference" in data) is (data["comparable"] or data["anyway"])
    return found, data


def test_what_nobody_states_is_an_assumption(case):
    found, data = verdicts(case(pair()))
    assert found == {
        "allocation": "equal",
        "boundary": "unstated",
        "electricity-method": "unstated",
        "gwp-set": "equal",
        "mass-basis": "unstated",
        "product-category": "equal",
        "product-category-rule": "unstated",
        "recycling-model": "unstated",
        "reference-year": "equal",
        "scenario": "equal",
        "unit-basis": "equal",
    }
    (assumed,) = data["assumptions"]
    assert assumed["code"] == "unstated-key"
    assert "system boundary" in assumed["text_en"]
    assert "系统边界" in assumed["text_zh"]


BOUNDARY, ELECTRICITY = "tm:systemBoundary <https://w3id.org/tanmai/id/boundary/{}>", "tm:electricityMethod <https://w3id.org/tanmai/id/electricity-method/{}>"  # fmt: skip
RECYCLING = "tm:recyclingModel <https://w3id.org/tanmai/id/recycling-model/{}>"
DIFFERENCES = [
    ("boundary", study("x", BOUNDARY.format("cradle-to-gate")), study("y", BOUNDARY.format("cradle-to-grave"))),
    ("boundary", study("x", BOUNDARY.format("cradle-to-gate")), ""),
    (
        "electricity-method",
        study("x", ELECTRICITY.format("contractual")),
        study("y", ELECTRICITY.format("residual-mix")),
    ),
    ("recycling-model", study("x", RECYCLING.format("cff")), study("y", RECYCLING.format("cut-off"))),
    ("product-category-rule", study("x", "dcterms:conformsTo :pcr-1"), study("y", "dcterms:conformsTo :pcr-2")),
    ("mass-basis", stated("x", "tm:massBasis <https://w3id.org/tanmai/id/mass-basis/dry>"), ""),
    (
        "mass-basis",
        study("x", "tm:declaredUnit [ a tm:Quantity ; tm:massBasis <https://w3id.org/tanmai/id/mass-basis/dry> ]"),
        stated("y", "tm:massBasis <https://w3id.org/tanmai/id/mass-basis/net>"),
    ),
]


@pytest.mark.parametrize(("key", "one", "other"), DIFFERENCES)
def test_each_key_that_differs_is_named(case, key, one, other):
    data = verdicts(case(pair(one, other)))[1]
    assert data["differing"] == [key]
    (line,) = [line for line in data["keys"] if line["key"] == key]
    assert line["a"] != line["b"]
    assert bool(line["b"]) is bool(other)


@pytest.mark.parametrize(("key", "one", "other"), [item for item in DIFFERENCES if item[2]])
def test_the_same_statements_on_both_sides_agree(case, key, one, other):
    both = one + one.replace(":study-x", ":study-y").replace(":x", ":y")
    found, data = verdicts(case(pair(both)))
    assert (found[key], data["comparable"]) == ("equal", True)


def test_settings_of_a_study_are_read(case):
    one = study("x", "tm:settings :settings-x") + f":settings-x a tm:MethodSettings ; {RECYCLING.format('cff')} .\n"
    assert verdicts(case(pair(one)))[1]["differing"] == ["recycling-model"]


def test_products_of_no_stated_category_are_not_taken_as_alike(case):
    text = process("x", emissions=((CO2, 1),)) + process("y", emissions=((CO2, 2),))
    assert verdicts(case(text))[1]["differing"] == ["product-category"]
    assert verdicts(case(text), "x", "x")[1]["differing"] == []


def test_another_category_is_another_product(case):
    text = pair().replace(f":y tm:productGroup {METAL}", f":y tm:productGroup {BATTERY}")
    assert verdicts(case(text))[1]["differing"] == ["product-category"]


def test_a_commodity_code_stands_in_for_the_group_where_both_state_it(case):
    """One states group and code, the other the code alone: the code is what both state."""
    text = process("x", emissions=((CO2, 1),)) + process("y", emissions=((CO2, 2),))
    code = ":hs a tm:CommodityCode . :x tm:commodityCode :hs . :y tm:commodityCode :hs .\n"
    assert verdicts(case(text + code + stated("x", f"tm:productGroup {METAL}")))[1]["differing"] == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2024", "2024", True),
        ("2022", "2024", True),
        ("2021", "2024", False),
        ("2024", "2027", False),
        ("2024", "", False),
    ],
)
def test_years_overlap_or_lie_two_apart(case, one, other, same):
    found, _ = verdicts(case(pair(year=one, other_year=other)))
    assert found["reference-year"] == ("equal" if same else "differs")


@pytest.mark.parametrize(("end", "same"), [("2022-01-01", False), ("2022-01-02", True), ("2023-01-01", True)])
def test_the_period_of_a_study_goes_before_the_year_of_a_process(case, end, same):
    """A period that ends on 1 January ends with the year before: 2021 is three years from 2024."""
    period = f'tm:periodStart "2020-01-01"^^xsd:date ; tm:periodEnd "{end}"^^xsd:date'
    found, _ = verdicts(case(pair(study("x", period))))
    assert found["reference-year"] == ("equal" if same else "differs")


def test_a_year_that_is_none_is_refused(case):
    with pytest.raises(ExtractionError, match="neither"):
        verdicts(case(pair(study("x", 'tm:periodStart "last year"'))))


def test_a_product_in_another_unit_needs_a_property_to_convert_by(case):
    piece = process("y", unit="unit:NUM", emissions=((CO2, 7),)) + stated("y", f"tm:productGroup {METAL}")
    heavy = "tm:hasProperty [ a tm:PropertyValue ; tm:property property:mass-per-piece ; tm:amount 3.5 ; tm:unit unit:KiloGM ; tm:perUnit unit:NUM ]"  # fmt: skip
    x = process("x", emissions=((CO2, 1),)) + stated("x", f"tm:productGroup {METAL}")
    data = verdicts(case(x + piece))[1]
    assert data["differing"] == ["unit-basis"]
    data = verdicts(case(x + piece + stated("y", heavy)))[1]
    assert data["differing"] == []
    assert data["b"]["total"]["value"] == pytest.approx(2.0)  # 7 kg over 3.5 kg


def joint(name, method, amounts=(1, 1)):
    outputs = ((f":{name}-side", amounts[1]),)
    text = process(name, amount=amounts[0], emissions=((CO2, 10),), outputs=outputs, more=method)
    return text + product(f"{name}-side") + stated(name, f"tm:productGroup {METAL}")


def test_methods_in_use_are_compared_and_a_chain_that_shares_nothing_fits_any(case):
    by_mass = "tm:allocationMethod method:mass ;"
    text = joint("x", by_mass) + joint("y", "") + joint("z", by_mass)
    text += process("w", emissions=((CO2, 1),)) + stated("w", f"tm:productGroup {METAL}")
    loaded = case(text)
    reading = {"one": {"coproducts": "economic"}, "two": {"coproducts": "economic"}}
    assert verdicts(loaded, "x", "z")[1]["differing"] == []
    assert verdicts(loaded, "x", "w")[1]["differing"] == []
    prices = "".join(
        stated(name, f"tm:hasProperty [ a tm:PropertyValue ; tm:property property:price ; tm:amount {price} ; tm:unit <https://w3id.org/tanmai/id/unit/CNY> ; tm:perUnit unit:KiloGM ]")
        for name, price in (("y", 3), ("y-side", 1))
    )  # fmt: skip
    data = verdicts(case(text + prices), "x", "y", **reading)[1]
    assert data["differing"] == ["allocation"]
    (line,) = [line for line in data["keys"] if line["key"] == "allocation"]
    assert [value["name_en"] for value in line["a"]] == ["mass allocation"]
    assert [value["name_en"] for value in line["b"]] == ["economic allocation"]


def test_unallocated_and_expanded_chains_are_told_apart(case):
    expanded = process("y", inputs=((":steam", 1, "unit:KiloGM", "tm:avoided true ;"),), emissions=((CO2, 5),))
    expanded += process("steam", emissions=((CO2, 1),)) + stated("y", f"tm:productGroup {METAL}")
    reading = {"one": {"coproducts": "unallocated"}, "two": {"coproducts": "unallocated"}}
    data = verdicts(case(joint("x", "") + expanded), **reading)[1]
    (line,) = [line for line in data["keys"] if line["key"] == "allocation"]
    assert data["differing"] == ["allocation"]
    assert [value["iri"].rpartition("/")[2] for value in (*line["a"], *line["b"])] == [
        "unallocated",
        "system-expansion",
    ]


def test_anyway_compares_and_keeps_the_list(case):
    one = study("x", BOUNDARY.format("cradle-to-gate"))
    data = verdicts(case(pair(one)), anyway=True)[1]
    assert data["differing"] == ["boundary"]
    assert data["difference"]["value"] == 0
    assert "differing-key" in {assumption["code"] for assumption in data["assumptions"]}


def test_only_the_key_that_is_asked_about_may_differ(case):
    """Comparing GWP sets of two products does not make their boundaries alike."""
    one = study("x", BOUNDARY.format("cradle-to-gate"))
    found, data = verdicts(case(pair(one)), one={"gwp": "AR5"})
    assert found["gwp-set"] == "intended"
    assert data["differing"] == ["boundary"]


def under(name, *changes):
    return {"scenario": Scenario(name and EX + name, changes)}


MORE = AmountChange(f"{EX}x-emission-1", relative=0.5)


def test_a_scenario_is_not_the_data_as_they_are(case):
    """The emission of x is 1 kg: 1.5 with half as much more; only the question itself makes the two comparable."""
    loaded = case(pair())
    found, data = verdicts(loaded, "x", "x", two=under("s", MORE))
    assert (found["scenario"], data["difference"]["value"]) == ("intended", pytest.approx(0.5))
    (line,) = [key for key in data["keys"] if key["key"] == "scenario"]
    assert ([value["iri"] for value in line["a"]], [value["iri"] for value in line["b"]]) == ([], [f"{EX}s"])
    (number,) = data["changes"]["numbers"]
    assert (number["before"], number["after"], number["effect"]) == pytest.approx((1, 1.5, 0.5))
    assert "scenario" in {assumption["code"] for assumption in data["b"]["assumptions"]}


def test_scenarios_are_compared_by_what_they_change(case):
    less = AmountChange(f"{EX}x-emission-1", relative=-0.5)
    one, two = (Asked(case(pair()).calculation(**under("s", change)), f"{EX}x") for change in (MORE, less))
    data = compare(one, two)  # one name, whose changes are others in another state of the graph
    assert (data["comparable"], data["differing"]) == (False, ["scenario"])
    assert compare(one, two, anyway=True)["difference"]["value"] == pytest.approx(-1)
    loaded = case(pair())
    found, data = verdicts(loaded, "x", "x", under("s", MORE), under("t", MORE))
    assert (found["scenario"], data["difference"]["value"]) == ("equal", 0)
    assert verdicts(loaded, "x", "x", under("", MORE), under("", less))[0]["scenario"] == "intended"


def test_a_recycling_model_that_is_asked_for_goes_before_the_stated_ones(case):
    one, other = study("x", RECYCLING.format("cff")), study("y", RECYCLING.format("cut-off"))
    loaded, asked = case(pair(one, other)), {"recycling": "closed-loop"}
    assert verdicts(loaded)[0]["recycling-model"] == "differs"
    assert verdicts(loaded, one=asked, two=asked)[0]["recycling-model"] == "equal"
    assert verdicts(loaded, two=asked)[0]["recycling-model"] == "intended"
    assert verdicts(loaded, two={"recycling": "cff"})[0]["recycling-model"] == "equal"  # x states cff itself


@pytest.fixture
def with_rule(knowledge_store):
    """Change the shipped rule, for one test."""
    shipped = ontology.path("concepts/method.ttl").read_bytes()

    def change(*replacements, more=""):
        text = shipped.decode()
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        knowledge_store.load_bytes((text + more).encode(), key=METHOD, format="turtle")

    yield change
    knowledge_store.load_bytes(shipped, key=METHOD, format="turtle")


def test_the_distance_of_years_is_data(case, with_rule):
    loaded = case(pair(year="2021"))
    assert verdicts(loaded)[0]["reference-year"] == "differs"
    with_rule(("tm:mostYearsApart 2", "tm:mostYearsApart 3"))
    assert verdicts(loaded)[0]["reference-year"] == "equal"


def test_a_key_that_is_added_to_the_graph_is_compared(case, with_rule):
    one = study("x", "tm:calculationScheme <https://w3id.org/tanmai/id/calculation-scheme/pas-2050>")
    loaded = case(pair(one))
    assert verdicts(loaded)[1]["differing"] == []
    with_rule(
        more='\n<comparability-key/scheme> a tm:ComparabilityKey ; skos:notation "scheme" ; tm:equalWhenUnstated true ;\n'
        "  tm:comparedProperty tm:calculationScheme .\n"
    )
    assert verdicts(loaded)[1]["differing"] == ["scheme"]


def test_a_key_that_is_taken_out_of_the_graph_is_not(case, with_rule):
    loaded = case(pair(study("x", BOUNDARY.format("cradle-to-gate"))))
    with_rule(("<comparability-key/boundary> a skos:Concept, tm:ComparabilityKey", "<comparability-key/boundary> a skos:Concept"))  # fmt: skip
    found, data = verdicts(loaded)
    assert "boundary" not in found
    assert data["differing"] == []


def test_without_any_key_nothing_is_comparable(case, with_rule):
    loaded = case(pair())
    with_rule(("skos:Concept, tm:ComparabilityKey", "skos:Concept"))
    with pytest.raises(ExtractionError, match="holds no comparability keys"):
        verdicts(loaded)


def test_a_product_that_cannot_be_calculated_is_an_error_not_a_verdict(case):
    with pytest.raises(FootprintError):
        verdicts(case(pair() + process("z", inputs=((":nowhere", 1),)) + product("nowhere")), "x", "z")
