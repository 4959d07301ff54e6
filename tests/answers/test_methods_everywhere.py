"""Answers under a scenario or a recycling model: the numbers of each agree with the footprint under it, and with each other."""

import math
import random

import pytest
from chains import EX, ID, UNIT, process, product

from footprint.errors import IncompleteInventory
from graphstore.answers.missing import missing
from graphstore.answers.suppliers import suppliers
from graphstore.answers.transversal import contributions
from graphstore.scenarios import AmountChange, FactorChange, ProviderSwap, Scenario
from schemes.cutoffs import of_footprint
from schemes.plausibility import check
from schemes.quality import quality

CO2 = "flow:CO2-fossil"
PRIMARY = f"tm:dataKind <{ID}data-kind/primary> ;"
WAYS = ("hot-spots", "supplier", "country", "region", "electricity")
GRID, HYDRO = (f"{ID}electricity-factor/footprint-CN-{kind}-2024" for kind in ("grid-average", "hydro"))


def part(more_metal=""):
    """A part of 0.5 kg metal (5 kg/kg of a, 2 of b) and 10 kWh, with 1 kg of its own; c makes metal from ore that nobody supplies."""
    metal = (":metal", 0.5, "unit:KiloGM", f"tm:defaultProvider :a-making ; {PRIMARY} {more_metal}")
    power = (":power", 10, "unit:KiloW-HR", f"tm:defaultProvider <{GRID}> ; {PRIMARY}")
    return (
        process("part", inputs=(metal, power), emissions=((CO2, 1, "unit:KiloGM", PRIMARY),))
        + process("a", flow=":metal", emissions=((CO2, 5),))
        + process("b", flow=":metal", emissions=((CO2, 2),))
        + process("c", flow=":metal", inputs=((":ore", 3),), emissions=((CO2, 0.25),))
        + "".join(product(name) for name in ("metal", "power", "ore"))
    )


def under(*changes):
    return {"scenario": Scenario(f"{EX}scenario", changes, labels={"en": "another way"})}


TO_B = ProviderSwap(f"{EX}b-making", exchange=f"{EX}part-in-1")
TO_C = ProviderSwap(f"{EX}c-making", exchange=f"{EX}part-in-1")


def recycled(r1=0.3, r2=0.9):
    """1 kg of metal under the circular footprint formula: virgin 8, recycled 0.8, remelting 0.5, displaced 8; and 1 kg of its own."""
    roles = (
        "virgin virgin-material",
        "old recycled-material",
        "remelted recycling-at-end-of-life",
        "virgin displaced-virgin-material",
    )
    inputs = [
        (f":{flow}", 1, "unit:KiloGM", f"tm:recyclingRole <{ID}recycling-role/{role}> ;")
        for flow, role in (r.split() for r in roles)
    ]
    more = f"tm:recycledContent {r1} ; tm:recyclingOutputRate {r2} ; tm:energyRecoveryRate 0.1 ; tm:recyclingAllocationFactor 0.2 ; "
    more += f"tm:energyAllocationFactor 0 ; tm:qualityRatioIn 1 ; tm:qualityRatioOut 1 ; tm:recyclingModel <{ID}recycling-model/cff> ; "
    more += f"tm:materialClass <{ID}material-class/metal> ;"
    energy = ("burned energy-recovery", "saved displaced-energy")
    inputs += [
        (f":{flow}", 1, "unit:KiloGM", f"tm:recyclingRole <{ID}recycling-role/{role}> ;")
        for flow, role in (r.split() for r in energy)
    ]
    return process("part", inputs=tuple(inputs), emissions=((CO2, 1),), more=more) + "".join(
        process(name, emissions=((CO2, kg),)) for name, kg in (("virgin", 8), ("old", 0.8), ("remelted", 0.5), ("burned", 0.4), ("saved", 0.3))
    )  # fmt: skip


MODELS = [
    # cff: 0.7 x 8 + 0.3 (0.2 x 0.8 + 0.8 x 8) + 0.8 x 0.9 (0.5 - 8) + 0.1 (0.4 - 0.3) + 1
    ("", 5.6 + 0.3 * 6.56 - 0.72 * 7.5 + 0.01 + 1),
    # A = B = 1: 0.7 x 8 + 0.3 x 0.8 + 1
    ("cut-off", 5.6 + 0.24 + 1),
    # A = B = 0: 8 + 0.9 (0.5 - 8) + 0.01 + 1
    ("closed-loop", 8 - 0.9 * 7.5 + 0.01 + 1),
]  # fmt: skip


def agree(loaded, method, wanted, own=1.0):
    """Every answer about the part is about the number that its footprint has under the method."""
    calculation = loaded.calculation(**method)
    assert loaded.total("part", **method) == pytest.approx(wanted, rel=1e-12)
    for by in WAYS:
        data = contributions(calculation, EX + "part", by)
        rest = data["rest"]["value"] if data["rest"] else 0.0
        assert data["total"]["value"] == pytest.approx(wanted, rel=1e-12)
        assert math.fsum(group["value"] for group in data["groups"]) + rest == pytest.approx(wanted, rel=1e-12)
    data = suppliers(calculation, EX + "part", 2.0)
    taken = [
        (line["amount"], *(c["per_unit"] for c in line["candidates"] if c["taken"])) for line in data["inputs_supplied"]
    ]
    assert 2 * own + sum(amount * each for amount, each in taken) == pytest.approx(2 * wanted, rel=1e-12)
    for data in (
        of_footprint(calculation, EX + "part"),
        quality(calculation, EX + "part"),
        missing(calculation, EX + "part"),
    ):
        assert data["total"]["value"] == pytest.approx(wanted, rel=1e-12)
        asked = calculation.settings.as_dict()
        assert {key: data["settings"].get(key) for key in ("scenario", "recycling")} == {
            key: asked.get(key) for key in ("scenario", "recycling")
        }


@pytest.mark.parametrize(("model", "wanted"), MODELS)
def test_every_answer_under_a_recycling_model_is_about_its_footprint(case, model, wanted):
    agree(case(recycled()), {"recycling": model}, wanted)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_follow_the_recycled_content(case, seed):
    """Cut-off: (1 - R1) 8 + R1 0.8 + 1, and what becomes of the energy is its user's; nothing is left to dispose of."""
    r1 = round(random.Random(seed).uniform(0.05, 0.95), 3)
    agree(case(recycled(r1)), {"recycling": "cut-off"}, (1 - r1) * 8 + r1 * 0.8 + 1)


@pytest.mark.parametrize(
    ("changes", "wanted", "own"),
    [
        ((), 2.5 + 5.777 + 1, 1),
        ((TO_B,), 1 + 5.777 + 1, 1),
        ((AmountChange(f"{EX}part-in-1", 0.2, f"{UNIT}KiloGM"),), 1 + 5.777 + 1, 1),
        ((ProviderSwap(HYDRO, old=GRID),), 2.5 + 0.141 + 1, 1),
        ((TO_B, FactorChange(GRID, co2e=0.3)), 1 + 3 + 1, 1),
        ((AmountChange(f"{EX}part-out", 2.0, f"{UNIT}KiloGM"),), (2.5 + 5.777 + 1) / 2, 0.5),
    ],
)
def test_every_answer_under_a_scenario_is_about_its_footprint(case, changes, wanted, own):
    agree(case(part()), under(*changes), wanted, own)


def test_a_swapped_supplier_stands_beside_the_one_it_replaces(case):
    """Hydropower (0.0141) in place of the grid average (0.5777), which nothing else in the answer would name."""
    loaded = case(part())
    _, power = suppliers(loaded.calculation(**under(ProviderSwap(HYDRO, old=GRID))), EX + "part")["inputs_supplied"]
    told = [(c["iri"], c["per_unit"], c["taken"], c.get("chosen_by")) for c in power["candidates"]]
    assert told == [(HYDRO, pytest.approx(0.0141), True, "scenario"), (GRID, pytest.approx(0.5777), False, None)]
    metal, _ = suppliers(loaded.calculation(unlinked="cutoff", **under(TO_B)), EX + "part")["inputs_supplied"]
    named = {c["iri"].removeprefix(EX): c["taken"] for c in metal["candidates"]}
    assert named == {"a-making": False, "b-making": True, "c-making": False}
    assert next(c["chosen_by"] for c in metal["candidates"] if c["taken"]) == "scenario"


def test_the_gaps_of_a_supplier_that_is_swapped_in_are_missing(case):
    """Nothing is missing as the data are; with c as supplier, 0.5 x 3 kg of ore, and the footprint refuses."""
    loaded = case(part())
    assert missing(loaded.calculation(), EX + "part")["complete"]
    with pytest.raises(IncompleteInventory, match="ore"):
        loaded.total("part", **under(TO_C))
    data = missing(loaded.calculation(**under(TO_C)), EX + "part")
    (link,) = data["missing"]
    assert (link["exchange"], link["amount"]) == (f"{EX}c-in-1", pytest.approx(1.5))
    assert data["total"]["value"] == pytest.approx(0.125 + 5.777 + 1)
    assert "scenario" in [assumption["code"] for assumption in data["assumptions"]]


def test_a_gap_is_gone_with_the_supplier_that_has_it(case):
    loaded = case(part().replace("tm:defaultProvider :a-making", "tm:defaultProvider :c-making"))
    assert not missing(loaded.calculation(), EX + "part")["complete"]
    assert missing(loaded.calculation(**under(TO_B)), EX + "part")["complete"]


def test_shares_of_a_cut_off_are_shares_of_the_footprint_under_the_scenario(case):
    """Metal from b with 0.1 kg: 0.2; power 5.777; own 1: shares of 6.977. Before it, metal has 2.5 of 9.277."""
    loaded = case(part())
    change = (TO_B, AmountChange(f"{EX}part-in-1", 0.1, f"{UNIT}KiloGM"))
    for method, kg, whole in (({}, 2.5, 9.277), (under(*change), 0.2, 6.977)):
        data = of_footprint(loaded.calculation(**method), EX + "part")
        share = {each["value"]: each["share"] for each in (*data["kept"], *data["dropped"])}
        assert share[kg] == pytest.approx(kg / whole, rel=1e-12)
        assert ("scenario" in [a["code"] for a in data["assumptions"]]) is bool(method)


def test_numbers_of_a_scenario_are_not_primary_data(case):
    """Metal 2.5 and power 5.777 are primary activity data of 9.277, like the emission of 1 and what makes the metal."""
    loaded = case(part())

    def told(**method):
        data = quality(loaded.calculation(**method), EX + "part")
        return data["primary_data"]["readings"]["activity"]["share"], {
            a["code"]: a.get("share") for a in data["assumptions"]
        }

    assert told() == (pytest.approx(6.777 / 9.277), {})
    fewer = AmountChange(
        f"{EX}part-in-2", 5.0, f"{UNIT}KiloW-HR"
    )  # 2.8885 of 6.3885, and only the emission is measured
    share, codes = told(**under(fewer))
    assert share == pytest.approx(1 / 6.3885)
    assert codes["set-by-scenario"] == pytest.approx(2.8885 / 6.3885)
    share, codes = told(**under(ProviderSwap(HYDRO, old=GRID)))  # as much power as measured, from another supplier
    assert (share, set(codes)) == (pytest.approx(1.141 / 3.641), {"scenario"})


def score(node, value):
    indicators = ("technological", "geographical", "temporal", "precision", "completeness", "reliability")
    return "".join(
        f":{node} tm:quality :{node}-{i} . :{node}-{i} a tm:DataQualityScore ; tm:indicator <{ID}data-quality/{i}> ; "
        f"tm:scale <{ID}data-quality-scale/pef-1-5> ; tm:score {value} .\n"
        for i in indicators
    )


def test_a_score_of_an_exchange_is_not_that_of_another_supplier_or_number(case):
    """PEF: 1 for the emission of the ingot, 2 for its alloy and 4 for its process; the worst, 5, where nothing is stated."""
    text = process(
        "ingot", inputs=((":alloy", 1, "unit:KiloGM", "tm:defaultProvider :old ;"),), emissions=((CO2, 1),)
    ) + product("alloy")
    for name in ("old", "new"):
        text += f':{name} a tm:EmissionFactor ; tm:perUnit unit:KiloGM ; tm:co2e 1 ; tm:gwpSet set:AR6 ; rdfs:label "{name}"@en .\n'
    text += score("ingot-emission-1", 1) + score("ingot-in-1", 2) + score("ingot-making", 4)
    loaded = case(text)

    def rating(*changes):
        data = quality(loaded.calculation(**under(*changes)), EX + "ingot")
        return next(r["rating"] for r in data["ratings"] if r["scale"]["iri"].endswith("pef-1-5"))

    assert rating() == pytest.approx((1 + 2) / 2)
    assert rating(ProviderSwap(f"{EX}new", old=f"{EX}old")) == pytest.approx((1 + 4) / 2)
    assert rating(AmountChange(f"{EX}ingot-in-1", 3.0)) == pytest.approx((1 + 3 * 5) / 4)
    assert rating(FactorChange(f"{EX}old", relative=1.0)) == pytest.approx((1 + 2 * 5) / 3)


def melt():
    """1 t of metal from 1 t of scrap: balanced as stated."""
    return process("metal", inputs=((":scrap", 1),)) + process("scrap", emissions=((CO2, 1),))


def test_masses_balance_as_the_scenario_has_them(case):
    """Half the scrap for as much metal: half the mass comes from nowhere."""
    loaded = case(melt())

    def metal(*changes):
        data = check(loaded.calculation(**under(*changes)), EX + "metal")
        (mine,) = [p for p in data["balances"][0]["processes"] if p["process"]["iri"] == f"{EX}metal-making"]
        return mine["entering_kg"], mine["leaving_kg"], mine["within"]

    assert metal() == (1.0, 1.0, True)
    assert metal(AmountChange(f"{EX}metal-in-1", relative=-0.5)) == (0.5, 1.0, False)
    assert metal(AmountChange(f"{EX}metal-out", 2.0)) == (1.0, 2.0, False)


def test_a_recycling_model_moves_no_mass(case):
    """Under cut-off what is saved by burning leaves the chain; the masses of the part itself stay as stated."""
    loaded = case(recycled())
    found = {}
    for model in ("", "cut-off"):
        data = check(loaded.calculation(recycling=model), EX + "part")
        (mine,) = [p for p in data["balances"][0]["processes"] if p["process"]["iri"] == f"{EX}part-making"]
        found[model] = (
            data["processes"],
            mine["entering_kg"],
            "masses-as-stated" in [a["code"] for a in data["assumptions"]],
        )
    assert found == {"": (6, 6.0, False), "cut-off": (3, 6.0, True)}
