"""A footprint in short, beside the whole answer; and its long lists page by page."""

import json
import math
from dataclasses import replace

import pytest
from amounts import tries
from chains import EX, ID, exchange, process, product
from economies import sector, turtle, write
from hypothesis import given
from hypothesis import strategies as st
from test_result import CO2, PLANT

from footprint.errors import AllocationError, IncompleteInventory, NotCertified, UnitError, UnproductiveLoop
from graphstore import GraphStore
from graphstore.answers.board import Board
from graphstore.answers.footprint import calculate
from graphstore.answers.lists import PARTS, page
from graphstore.answers.parts import Parts
from graphstore.answers.question import ask
from graphstore.answers.summary import summary
from graphstore.errors import ExtractionError, UnknownNameError

STEEL = process("steel", emissions=((CO2, 2), ("flow:CH4_fossil-fossil", 0.1)))
CAR = process(
    "car",
    unit="unit:NUM",
    inputs=((":steel", 500), (":steam", 3, "unit:KiloGM", "tm:avoided true ;")),
    emissions=((CO2, 40),),
) + process("steam", emissions=((CO2, 10),))
RIG = (
    PLANT
    + process("rig", inputs=((":part", 2, "unit:NUM"), (":gone", 1), (":lost", 4)))
    + product("gone")
    + product("lost")
)
SAME = (
    *("product", "process", "amount", "unit", "sector_average", "sector_part", "gwp_sets", "settings", "input_hash"),
    *("biogenic_carbon_content", "inputs"),
)
"""What both answers write alike, to the letter."""


def short(loaded, name, amount=1.0, unit=None, most=50, **stated):
    parts = Parts(Board(loaded.calculation(**stated)))
    return summary(parts, name if "://" in name else EX + name, amount, unit, most)


def test_a_car_worked_by_hand(case):
    """CH4 fossil counts 29.8 in AR6: 4.98 per kg of steel; 500 x 4.98 = 2,490, own 40, steam saved 3 x 10: 2,500 for a car."""
    told = short(case(STEEL + CAR), "car", 2.0)
    assert told["total"]["value"] == pytest.approx(5000)
    tier = told["first_tier"]
    assert tier["own_emissions"]["value"] == pytest.approx(80)
    assert [(line["exchange"], line["amount"], pytest.approx(line["value"])) for line in tier["exchanges"]] == [
        (f"{EX}car-in-1", 1000, 4980),
        (f"{EX}car-in-2", -6, -60),
    ]
    assert tier["exchanges"][0]["provider"]["name_en"] == "making steel"
    assert (tier["count"], tier["remainder"]) == (2, 0.0)
    saved = told["chain"]["credits"]
    assert (saved["count"], saved["value"]) == (1, pytest.approx(-60))
    assert (told["chain"]["processes"], told["chain"]["contributions"], told["chain"]["cutoffs"]) == (3, 4, 0)
    assert [gas["mass_kg"] for gas in told["gases"]] == pytest.approx([100, 2020])


def test_what_is_not_listed_is_the_remainder(case):
    told = short(case(STEEL + CAR), "car", most=1)["first_tier"]
    assert [line["exchange"] for line in told["exchanges"]] == [f"{EX}car-in-1"]
    assert (told["count"], told["remainder"]) == (2, pytest.approx(-30))


def test_it_says_what_the_whole_answer_says(case):
    loaded = case(RIG)
    stated = {"unlinked": "cutoff"}
    told, whole = short(loaded, "rig", 3.0, **stated), loaded.footprint("rig", 3.0, **stated)
    assert {key: told[key] for key in SAME} == {key: whole[key] for key in SAME}
    for key in ("total", "total_including_biogenic_co2"):
        assert abs(told[key]["value"] - whole[key]["value"]) <= told[key]["error_bound"] + whole[key]["error_bound"]
    for key, number in (("stages", "value"), ("categories", "value"), ("gases", "mass_kg")):
        assert [line["iri"] for line in told[key]] == [line["iri"] for line in whole[key]]
        assert [line[number] for line in told[key]] == pytest.approx([line[number] for line in whole[key]])
    assert told["chain"]["cutoffs"] == len(whole["cutoffs"]) > 0
    assert told["chain"]["credits"]["count"] == len(whole["credits"]) > 0
    assert told["chain"]["contributions"] == len(whole["contributions"])
    assert told["chain"]["credits"]["value"] == pytest.approx(sum(line["value"] for line in whole["credits"]))
    assert [each["code"] for each in told["assumptions"]] == [each["code"] for each in whole["assumptions"]]


def test_an_assumption_tells_what_rests_on_it(case):
    """Of 6 kWh of wind power the factor is of no year in the data; 4 kg CO2 are marked illustrative, 2 are not."""
    text = (
        process("x", emissions=((CO2, 4, "unit:KiloGM", "tm:illustrative true ;"), (CO2, 2)), inputs=((":power", 6, "unit:KiloW-HR", "tm:defaultProvider :wind ;"),))
        + product("power")
        + ':wind a tm:EmissionFactor ; rdfs:label "wind"@en ; tm:perUnit unit:KiloW-HR ; tm:co2e 0.5 ; tm:gwpSet set:AR6 .\n'
        + process("y", emissions=((CO2, 1),))
    )  # fmt: skip
    loaded = case(text)
    told = {each["code"]: each for each in short(loaded, "x", 10.0)["assumptions"]}
    assert (told["illustrative"]["value"], told["illustrative"]["count"]) == (pytest.approx(40), 1)
    assert told["illustrative"]["subjects"] == [f"{EX}x-emission-1"]
    assert "40 kg CO2e" in told["illustrative"]["text_en"]
    assert "40 kg CO2e" in told["illustrative"]["text_zh"]
    assert (told["factor-year"]["value"], told["factor-year"]["subjects"]) == (pytest.approx(30), [f"{EX}x-in-1"])
    assert told["factor-year"]["text_en"].endswith("wind.")
    whole = {each["code"]: each for each in loaded.footprint("x", 10.0)["assumptions"]}
    assert whole["illustrative"]["share"] == pytest.approx(told["illustrative"]["value"] / 90)
    assert "illustrative" not in {each["code"] for each in short(loaded, "y")["assumptions"]}


def test_what_is_read_by_a_rule_names_the_first_few(case):
    text = process("x", emissions=tuple((CO2, -1) for _ in range(12)))
    (told,) = (each for each in short(case(text), "x")["assumptions"] if each["code"] == "negative-amount")
    assert told["text_en"].startswith("12 inputs or emissions")
    assert len(told["subjects"]) == 10


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        (process("x", inputs=((":none", 1),)) + product("none"), IncompleteInventory, f"{EX}none"),
        (process("x", inputs=((":x", 1),)), UnproductiveLoop, f"{EX}x-making"),
        (process("x", outputs=((":x2", 1),), emissions=((CO2, 1),)) + product("x2"), AllocationError, f"{EX}x2"),
        (process("y"), UnknownNameError, f"{EX}x"),
    ],
)
def test_it_refuses_in_the_words_of_the_whole_answer(case, text, error, says):
    loaded = case(text)
    with pytest.raises(error, match=says) as short_said:
        short(loaded, "x")
    with pytest.raises(error) as whole_said:
        loaded.footprint("x")
    assert str(short_said.value) == str(whole_said.value)


def test_a_unit_that_does_not_fit_and_a_factor_that_cannot_be_restated_are_refused(case):
    power = (":power", 6, "unit:KiloW-HR", "tm:defaultProvider :wind ;")
    text = process("x", inputs=(power,)) + product("power")
    text += ":wind a tm:EmissionFactor ; tm:perUnit unit:KiloW-HR ; tm:co2e 0.5 ; tm:gwpSet set:AR5 .\n"
    loaded = case(text)
    with pytest.raises(UnitError):
        short(loaded, "x", 1.0, "http://qudt.org/vocab/unit/KiloW-HR")
    with pytest.raises(ExtractionError, match=r"set/AR5.*cannot be restated as AR6"):
        short(loaded, "x", strict=True)
    told = {each["code"]: each for each in short(loaded, "x")["assumptions"]}
    assert told["gwp-set-unknown"]["share"] == 1.0


def test_where_the_whole_cannot_be_calculated_the_upstream_part_is_taken(case):
    loaded = case(STEEL + CAR + process("z", inputs=((":z", 1),)))
    told = short(loaded, "car")
    assert told["total"]["value"] == pytest.approx(2500)
    assert [each["code"] for each in told["assumptions"]] == ["upstream-part"]


def test_that_the_whole_cannot_be_compiled_is_found_out_once(case, monkeypatch):
    from graphstore.technosphere import snapshot as compiling

    read = []

    def extracting(select):
        read.append(select)
        return extract(select)

    extract = compiling.extract
    monkeypatch.setattr(compiling, "extract", extracting)
    parts = Parts(Board(case(STEEL + process("z", inputs=((":z", 1),))).calculation()))
    for _ in range(3):
        assert summary(parts, f"{EX}steel")["total"]["value"] == pytest.approx(4.98)
    assert len(read) == 1
    with pytest.raises(UnproductiveLoop, match=f"{EX}z-making"):
        summary(parts, f"{EX}z")
    assert len(read) == 1


def test_what_comes_from_sectors_is_divided_by_the_solve(case, tmp_path):
    """Rule R12 by the numbers of its neighbour: a process of its own beside 40 money units of a sector."""
    bought = (sector_iri("3"), 40, "u:CNY-2020")
    loaded = case(process("x", inputs=(bought,), emissions=((CO2, 850),)) + turtle(write(tmp_path)))
    told, whole = short(loaded, "x", 2.0), loaded.footprint("x", 2.0)
    assert told["sector_part"]["share"] == pytest.approx(whole["sector_part"]["share"])
    assert {**told["sector_part"], "share": 0} == {**whole["sector_part"], "share": 0}
    assert told["sector_part"]["process_value"] == 1700
    codes = [each["code"] for each in told["assumptions"]]
    assert codes == [each["code"] for each in whole["assumptions"]]
    assert "sector-average" in codes


def sector_iri(code):
    return f"<{sector(code)}>"


@pytest.mark.parametrize("amount", [1e-90, 1e90])
def test_parts_of_the_smallest_and_the_largest_amount_are_numbers(case, amount):
    told = short(case(STEEL + CAR), "car", amount)
    assert told["total"]["value"] == pytest.approx(2500 * amount)
    assert told["first_tier"]["exchanges"][0]["value"] == pytest.approx(2490 * amount)
    json.dumps(told, allow_nan=False, default=str)


def test_a_part_that_overflows_is_refused(case):
    """The total is 0, of 1e300 and -1e300 kg; times 1e90 neither of them is a number."""
    loaded = case(process("x", emissions=((CO2, "1e300"), (CO2, "-1e300"))))
    with pytest.raises(NotCertified, match="too large"):
        short(loaded, "x", 1e90)


def test_a_product_with_no_emission_has_parts_too(case):
    told = short(case(process("x")), "x")
    assert (told["total"]["value"], told["gases"], told["stages"]) == (0.0, [], [])
    assert told["first_tier"]["own_emissions"]["share"] is None


@st.composite
def chains(draw):
    """Processes p0, p1, ... with loops, credits, stages and a shared emission factor."""
    size = draw(st.integers(2, 5))
    text = ":wind a tm:EmissionFactor ; tm:perUnit unit:KiloW-HR ; tm:co2e 0.25 ; tm:gwpSet set:AR6 .\n" + product(
        "power"
    )
    marks = st.sampled_from(
        ["", "", "tm:avoided true ;", "tm:stage stage:manufacturing ;", "tm:stage stage:distribution ;"]
    )
    amounts = st.floats(0.001, 0.15).map(lambda value: f"{value:.6f}")
    for number in range(size):
        inputs = [
            (f":p{draw(st.integers(0, size - 1))}", draw(amounts), "unit:KiloGM", mark)
            for mark in draw(st.lists(marks, max_size=3))
        ]
        if draw(st.booleans()):
            inputs.append((":power", draw(amounts), "unit:KiloW-HR", "tm:defaultProvider :wind ;"))
        emissions = ((CO2, draw(amounts)), ("flow:N2O-fossil", draw(amounts)))[: draw(st.integers(0, 2))]
        text += process(f"p{number}", inputs=tuple(inputs), emissions=emissions)
    return text, size


@given(made=chains(), amount=st.floats(0.01, 1e4))
@tries(15)
def test_both_answers_agree_whatever_the_chain(case, made, amount):
    text, size = made
    loaded = case(text)
    parts = Parts(Board(loaded.calculation()))
    for number in range(size):
        told, whole = summary(parts, f"{EX}p{number}", amount), loaded.footprint(f"p{number}", amount)
        bound = told["total"]["error_bound"] + whole["total"]["error_bound"]
        assert abs(told["total"]["value"] - whole["total"]["value"]) <= bound
        stages = {line["iri"]: line["value"] for line in whole["stages"]}
        size_of_parts = sum(map(abs, stages.values())) or 1.0
        for line in told["stages"]:
            assert line["value"] == pytest.approx(stages.get(line["iri"], 0.0), abs=1e-12 * size_of_parts)
        tier = told["first_tier"]
        values = [tier["own_emissions"]["value"], *(line["value"] for line in tier["exchanges"])]
        assert math.fsum(values) == pytest.approx(told["total"]["value"], abs=1e-12 * sum(map(abs, values)) + 1e-300)
        assert told["chain"]["credits"]["count"] == len(whole["credits"])
        for code in ("factor-year", "factor-place"):
            marked = [{each["code"]: each for each in answer["assumptions"]}.get(code) for answer in (told, whole)]
            assert (marked[0] is None) is (marked[1] is None)
            assert marked[0] is None or marked[0]["count"] == len(marked[1]["subjects"])


@pytest.mark.parametrize("part", PARTS)
def test_pages_hold_every_line_once_in_order(case, part):
    calculation = case(RIG).calculation(unlinked="cutoff")
    question = ask(calculation, f"{EX}rig", 1.0, None)
    whole = calculate(calculation, f"{EX}rig").data[part]
    assert whole
    lines, first = [], 0
    while True:
        told = page(question, part, first, 2)
        assert told["count"] == len(whole)
        assert told["first"] == first
        if not told["lines"]:
            break
        lines += told["lines"]
        first += 2
    assert lines == whole
    json.dumps(told, allow_nan=False)
    if part == "cutoffs":
        assert told["sum"] is None
        assert [line["exchange"] for line in lines] == sorted(line["exchange"] for line in lines)
    else:
        assert told["sum"] == pytest.approx(sum(line["value"] for line in lines))
        sizes = [abs(line["value"]) for line in lines]
        assert sizes == sorted(sizes, reverse=True)


def test_lines_of_one_size_stand_in_the_order_of_their_iris(case):
    text = process("x", emissions=tuple((CO2, 1) for _ in range(4)))
    told = page(ask(case(text).calculation(), f"{EX}x", 1.0, None), "contributions")
    assert [line["exchange"] for line in told["lines"]] == [f"{EX}x-emission-{n}" for n in (1, 2, 3, 4)]
    assert told["sum"] == 4.0


def test_a_list_is_refused_where_the_footprint_is(case):
    power = (":power", 6, "unit:KiloW-HR", "tm:defaultProvider :wind ;")
    text = process("x", inputs=(power,)) + product("power")
    text += ":wind a tm:EmissionFactor ; tm:perUnit unit:KiloW-HR ; tm:co2e 0.5 ; tm:gwpSet set:AR5 .\n"
    with pytest.raises(ExtractionError, match="cannot be restated"):
        page(ask(case(text).calculation(strict=True), f"{EX}x", 1.0, None), "credits")


BLANK = """
[] a tm:UnitProcess ; rdfs:label "making of it"@en , "制造"@zh-CN , "making"@en-GB ;
    tm:output [ a tm:Exchange ; tm:flow :part ; tm:amount 1 ; tm:unit unit:NUM ] ;
    tm:emission [ a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 3 ; tm:unit unit:KiloGM ] .
:part a tm:Product ; rdfs:label "part" , "he said \\"so,\\nno\\"" , "" .
"""


def test_names_are_the_same_from_the_table_and_from_the_store(case):
    """Blank nodes, language tags with a region, none, several, quotes and line breaks."""
    calculation = case(BLANK).calculation()
    one, other = (short_of(replace(calculation, lasting=lasting)) for lasting in (False, True))
    assert one == other
    assert one["process"] == {"iri": one["process"]["iri"], "name_en": "making of it", "name_zh": "制造"}
    assert one["product"]["name_any"] == ""
    assert one["unit"]["symbol"] == "#"


def short_of(calculation):
    told = summary(Parts(Board(calculation)), f"{EX}part")
    return json.loads(json.dumps(told, default=str))


def test_the_table_belongs_to_one_state_of_the_store(tmp_path, with_knowledge):
    from chains import HEAD

    from graphstore.answers.graph import Calculation

    def named():
        with GraphStore.open(tmp_path / "store", mode="read") as store:
            calculation = Calculation(store, lasting=True)
            told = summary(Parts(Board(calculation)), f"{EX}steel")["product"]["name_en"]
            return told, sorted(file.name.partition("-")[0] for file in store.cache_dir().glob("*.arrays"))

    text = HEAD + STEEL
    with GraphStore.open(with_knowledge(tmp_path / "store")) as store:
        store.load_bytes(text.encode(), key="case", format="turtle")
    assert named() == ("steel", ["labels", "system"])
    assert named() == ("steel", ["labels", "system"])
    with GraphStore.open(tmp_path / "store") as store:
        store.load_bytes(text.replace('"steel"', '"stainless steel"').encode(), key="case", format="turtle")
    assert named()[0] == "stainless steel"


def test_a_damaged_table_is_made_anew(tmp_path):
    from graphstore.answers.labels import label_table

    def select(_: str) -> bytes:
        return b"node,tag,label\nurn:a,en,A\nurn:b,,B\n"

    for damage in (b"", b"TANMAIF1", b"nonsense" * 40):
        for file in tmp_path.glob("labels-*"):
            file.write_bytes(damage)
        assert list(label_table(select, tmp_path).find(["urn:b", "urn:c", "urn:a"])) == [
            ("urn:b", "", "B"),
            ("urn:a", "en", "A"),
        ]


def test_an_exchange_that_nothing_supplies_counts_once(case):
    loaded = case(process("x", inputs=((":gone", 1), (":gone", 2))) + product("gone") + exchange("loose", ":gone", 1))
    told = short(loaded, "x", unlinked="cutoff")
    assert told["chain"]["cutoffs"] == 2 == len(loaded.footprint("x", unlinked="cutoff")["cutoffs"])


def test_stages_are_named(case):
    told = short(case(PLANT), "part", unlinked="cutoff")["stages"]
    assert f"{ID}stage/manufacturing" in {line["iri"] for line in told}
    assert all("name_zh" in line for line in told if line["iri"] != "unstated")
