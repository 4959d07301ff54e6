"""Rule R04: what may be left out. Inventories A and B of the rule; limits 1 % (exclusive) and 5 % (inclusive)."""

import csv
import random
from fractions import Fraction
from pathlib import Path

import pytest
from chains import process, product
from hypothesis import given
from hypothesis import strategies as st

from graphstore import GraphStore
from graphstore.answers.graph import Calculation
from schemes.cutoffs import Limit, Limits, decide, of_file, of_footprint
from schemes.errors import SchemeDataError, ScreeningError
from schemes.screening import Source
from tanmai import knowledge

# kg CO2e per tonne of aluminium, illustrative; T = 12485
A = {
    "alumina": 2400, "electricity": 7741, "anode": 1503, "PFC": 293, "fluoride salts": 60, "cathode lining": 90,
    "lubricants": 8, "packaging": 5, "internal transport": 70, "office": 95, "casting fuel": 115, "steel stubs": 105,
}  # fmt: skip
DROPPED = [
    "packaging",
    "lubricants",
    "fluoride salts",
    "internal transport",
    "cathode lining",
    "office",
    "steel stubs",
    "casting fuel",
]
PERCENT = [0.040, 0.064, 0.481, 0.561, 0.721, 0.761, 0.841, 0.921]


def factor(name, value):
    return f':{name} a tm:EmissionFactor ; rdfs:label "factor of {name}"@en ; tm:perUnit unit:KiloGM ; tm:co2e {value} ; tm:gwpSet set:AR6 ; tm:illustrative true .\n'


def chain(inventory, splits=None):
    """A product whose inputs each have a factor of their own; `splits` divides an input into several exchanges."""
    inputs, more = [], ""
    for position, (name, value) in enumerate(inventory.items()):
        key = f"m{position}"
        parts = (splits or {}).get(name, 1)
        inputs += [(f":{key}", repr(1 / parts), "unit:KiloGM", f"tm:defaultProvider :{key}-factor ;")] * parts
        more += product(key, name) + factor(f"{key}-factor", value)
    return process("metal", unit="unit:TONNE", inputs=tuple(inputs)) + more


def names_of(decisions):
    return [each["material"]["name_en"] for each in decisions]


def material(name, inventory=None):
    return f"factor of m{list(inventory or A).index(name)}-factor"


@pytest.fixture
def ask(case):
    def asked(turtle, items=(), rule=None):
        return of_footprint(case(turtle).calculation(), "https://example.org/metal", items, rule)

    return asked


def test_example_a_from_the_graph(ask):
    data = ask(chain(A))
    assert data["total"]["value"] == pytest.approx(12485)
    assert names_of(data["dropped"]) == [material(name) for name in DROPPED]
    assert [round(100 * each["share"], 3) for each in data["dropped"]] == PERCENT
    assert round(100 * data["dropped_share"], 3) == 4.389
    assert data["dropped"][-1]["running_share"] == data["dropped_share"]
    assert names_of(data["kept"]) == [material(name) for name in ("electricity", "alumina", "anode", "PFC")]
    assert {each["reason"] for each in data["kept"]} == {"too-large"}
    assert all(each["reason_en"] and each["reason_zh"] for each in data["dropped"] + data["kept"])
    assert {d["iri"].rpartition("/")[2] for d in data["limits"]["single"]["documents"]} == {
        "smq-footprint-standards-2022",
        "gb-t-44905-2024",
    }


def table(path: Path, rows, header=("name", "value")):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def calculation(case):
    return case("").calculation()


def test_example_a_from_a_table(calculation, tmp_path):
    data = of_file(calculation, table(tmp_path / "a.csv", A.items()))
    assert [each["names"] for each in data["dropped"]] == [[name] for name in DROPPED]
    assert round(100 * data["dropped_share"], 3) == 4.389


def test_example_b_the_total_binds(calculation, tmp_path):
    """Eight sources of 0.9 %: five may go (4.5 %), the sixth would reach 5.4 %."""
    rows = [(f"s{n}", "0.9") for n in range(1, 9)] + [("rest", "92.8")]
    data = of_file(calculation, table(tmp_path / "b.csv", rows))
    assert [each["names"] for each in data["dropped"]] == [["s1"], ["s2"], ["s3"], ["s4"], ["s5"]]
    assert data["dropped_share"] == 0.045
    kept = {each["names"][0]: each["reason"] for each in data["kept"]}
    assert kept == {"rest": "too-large", "s6": "too-much", "s7": "too-much", "s8": "too-much"}


def test_competency_question_12(calculation, tmp_path):
    """May packaging (0.04 %) and office energy (0.76 %) be left out? Yes, at running totals of 0.040 and 2.627 %."""
    data = of_file(calculation, table(tmp_path / "a.csv", A.items()), ["packaging", "office"])
    assert data["verdict"] is True
    assert [(e["names"][0], round(100 * e["running_share"], 3)) for e in data["asked"]] == [
        ("packaging", 0.040),
        ("office", 2.627),
    ]
    assert data["rule"] == "R04"
    assert of_file(calculation, table(tmp_path / "a.csv", A.items()), ["office", "PFC"])["verdict"] is False
    with pytest.raises(ScreeningError, match="No source 'canteen'"):
        of_file(calculation, tmp_path / "a.csv", ["canteen"])


@pytest.mark.parametrize(
    ("small", "rest", "dropped"),
    [
        ("1", "99", 0),  # exactly 1.00 %: may not go
        ("0.999999999999999999", "99", 1),
    ],
)
def test_exactly_one_percent_stays(calculation, tmp_path, small, rest, dropped):
    assert of_file(calculation, table(tmp_path / "t.csv", [("s", small), ("r", rest)]))["dropped_count"] == dropped


@pytest.mark.parametrize(("last", "dropped"), [("0.5", 6), ("0.500000000000000001", 5)])
def test_exactly_five_percent_together_may_go(calculation, tmp_path, last, dropped):
    """0.1 + 0.3 + 0.1 + ... in binary numbers would not be 5: five of 0.9 % and one of 0.5 % are exactly 5.00 %."""
    rows = [(f"s{n}", "0.9") for n in range(5)] + [("last", last), ("rest", "95")]
    if dropped == 5:
        rows[-1] = ("rest", "94.999999999999999999")
    found = of_file(calculation, table(tmp_path / "t.csv", rows))
    assert found["dropped_count"] == dropped


def test_exactly_one_percent_of_a_calculated_footprint_stays(ask):
    """13400 x 0.5777 = 7741.18 and its hundredth: in binary numbers the share is a shade off 1 %."""
    inventory = {"big": 0.5777 * 13400 * 0.99, "small": 0.5777 * 13400 * 0.01}
    data = ask(chain(inventory))
    assert data["dropped_count"] == 0
    assert {a["code"] for a in data["assumptions"]} == {"resolution"}


def test_splitting_a_source_does_not_help(ask):
    whole = ask(chain({"big": 95, "paint": 3, "glue": 2}))
    split = ask(chain({"big": 95, "paint": 3, "glue": 2}, {"paint": 6}))
    assert whole["dropped_count"] == split["dropped_count"] == 0
    assert split["sources"] == 3
    paint = next(each for each in split["kept"] if len(each["exchanges"]) == 6)
    assert paint["share"] == 0.03


def test_splitting_in_a_table_does_not_help(calculation, tmp_path):
    rows = [("big", 97, "", ""), *((f"paint {n}", 0.5, "painting", "paint") for n in range(6))]
    data = of_file(calculation, table(tmp_path / "t.csv", rows, ("name", "value", "process", "material")))
    assert (data["dropped_count"], data["sources"]) == (0, 2)


def test_credits_enter_by_their_size(calculation, tmp_path):
    data = of_file(calculation, table(tmp_path / "t.csv", [("big", 98.5), ("credit", -0.9), ("small", 0.6)]))
    assert [each["names"][0] for each in data["dropped"]] == ["small", "credit"]
    assert data["dropped"][1]["share"] == 0.009


RULE = """
:pcr a tm:ProductCategoryRule ; rdfs:label "toy rule"@en ; dcterms:identifier "TOY 1" ; tm:forbidsCutOff {} .
:additives a tm:ProductGroup ; rdfs:label "additives"@en .
"""


@pytest.mark.parametrize("forbidden", [":m1", ":metal-making", ":additives"])
def test_a_product_category_rule_may_keep_things_in(ask, forbidden):
    turtle = chain({"big": 99.5, "small": 0.5}) + RULE.format(forbidden) + ":m1 tm:productGroup :additives .\n"
    data = ask(turtle, rule="TOY 1")
    assert (data["dropped_count"], data["kept"][-1]["reason"]) == (0, "forbidden")
    assert ask(turtle)["dropped_count"] == 1


def test_a_product_category_rule_holds_for_tables_by_name(case, tmp_path):
    calculation = case(RULE.format(":additives")).calculation()
    path = table(tmp_path / "t.csv", [("big", 99.5), ("Additives", 0.5)])
    assert of_file(calculation, path, rule="toy rule")["kept"][1]["reason"] == "forbidden"
    with pytest.raises(SchemeDataError, match="'TOY 2' is the number, name or IRI of no standards"):
        of_file(calculation, path, rule="TOY 2")


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_the_graph_and_the_table_agree_after_a_random_change(ask, calculation, tmp_path, seed):
    chance = random.Random(seed)
    inventory = {name: value * round(chance.uniform(0.2, 4), 3) for name, value in A.items()}
    inventory = {name: float(f"{value:.6g}") for name, value in inventory.items()}
    expected = of_file(calculation, table(tmp_path / "t.csv", inventory.items()))
    found = ask(chain(inventory))
    assert names_of(found["dropped"]) == [material(each["names"][0]) for each in expected["dropped"]]
    assert found["dropped_share"] == pytest.approx(expected["dropped_share"], rel=1e-12)


LIMITS = Limits(
    Limit("single", Fraction(1, 100), False, (), "", None), Limit("together", Fraction(5, 100), True, (), "", None)
)


@given(st.lists(st.fractions(-(10**6), 10**6), min_size=1, max_size=60).filter(any))
def test_limits_are_kept_and_no_further_source_would_fit(values):
    sources = [Source(f"p{n}", "", value) for n, value in enumerate(values)]
    decisions = decide(sources, LIMITS)
    whole = sum(abs(v) for v in values)
    dropped = [d for d in decisions if d.dropped]
    together = sum((abs(d.source.value) for d in dropped), Fraction(0))
    assert len(decisions) == len(sources)
    assert all(abs(d.source.value) / whole < Fraction(1, 100) for d in dropped)
    assert together / whole <= Fraction(5, 100)
    for kept in (d for d in decisions if not d.dropped):
        share = abs(kept.source.value) / whole
        assert share >= Fraction(1, 100) or together / whole + share > Fraction(5, 100)


@given(st.lists(st.integers(1, 50), min_size=2, max_size=30), st.integers(2, 10**6))
def test_the_decision_does_not_depend_on_the_unit_or_the_order(values, scale):
    sources = [Source(f"p{n:02}", "", Fraction(value)) for n, value in enumerate(values)]
    scaled = [Source(s.process, "", s.value * scale) for s in reversed(sources)]
    assert [(d.source.process, d.reason) for d in decide(sources, LIMITS)] == [
        (d.source.process, d.reason) for d in decide(scaled, LIMITS)
    ]


def test_changing_a_limit_in_the_graph_changes_the_decision(tmp_path):
    import ontology

    path = table(tmp_path / "t.csv", [("big", 98), ("middle", 2)])
    text = next(f for f in ontology.reference_files() if f.name == "reference_values.ttl").read_text(encoding="utf-8")
    head, marker, tail = text.partition("<reference-value/cut-off-single>")
    changed = head + marker + tail.replace("tm:amount 0.01", "tm:amount 0.03", 1)
    assert changed != text
    with GraphStore.open() as store:
        with store.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
        assert of_file(Calculation(store), path)["dropped_count"] == 0
        store.load_bytes(changed.encode(), key="tanmai/reference/reference_values", format="turtle")
        assert of_file(Calculation(store), path)["dropped_count"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\nx\n", r"t.csv, line 1: the table has no column value"),
        ("name,value\nx,much\n", r"t.csv, line 2: the value of 'x' is 'much'"),
        ("name,value\nx,1\ny,\n", r"t.csv, line 3: the value of 'y' is ''"),
        ("name,value\n,1\n", r"t.csv, line 2: the row has no name"),
        ("name,value\nx,nan\n", r"'nan', which is no number"),
        ("name,value\nx,0\n", r"no source contributes anything"),
        ("", r"no column name and no column value"),
    ],
)
def test_tables_that_cannot_be_read(calculation, tmp_path, text, message):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScreeningError, match=message):
        of_file(calculation, path)


def test_a_table_that_is_not_there(calculation, tmp_path):
    with pytest.raises(ScreeningError, match=r"none.csv: the table cannot be read"):
        of_file(calculation, tmp_path / "none.csv")


def test_a_table_with_a_byte_order_mark_and_chinese_names(calculation, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("name,value\n氧化铝,99.5\n包装,0.5\n", encoding="utf-8-sig")
    assert of_file(calculation, path, ["包装"])["verdict"] is True
