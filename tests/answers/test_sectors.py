"""Rules R11 and R12 asked of a graph: three tiers, hybrid footprints, what is refused, and which method fits (UC-16, UC-17).

R11 is the worked example of the rule (3 sectors, sector 3 = energy, 100 CNY of it); R12 is 850 kg of processes and 40 CNY at
1.9 kg per CNY.
"""

import random

import numpy as np
import pytest
from amounts import tries
from chains import EX, process, product
from economies import INDEX, A, R, emissions, matrix, sector, turtle, write
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import (
    IncompleteInventory,
    InvalidInventory,
    InvalidQuery,
    InvalidSystem,
    UnitError,
    UnproductiveLoop,
)
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation, Settings
from graphstore.answers.hybrid import hybrid
from graphstore.answers.inputoutput import Wanted, list_sectors, tiers
from graphstore.answers.method import advise
from graphstore.answers.scores import all_products
from graphstore.errors import ExtractionError, UnknownNameError

YUAN = "u:CNY-2020"
UNIT = "https://w3id.org/tanmai/id/unit/"


@pytest.fixture
def economy(tmp_path, case):
    """Load a table, changed as `write` says, with a supply chain before it."""

    def load(chain="", **changes):
        return case(chain + turtle(write(tmp_path, **changes)))

    return load


def ask(loaded, demand, **more):
    wanted = [Wanted(*item) for item in demand]
    return tiers(loaded.calculation(**more), wanted)


def values(found):
    return [tier["value"] for tier in found["tiers"]]


def by_name(items):
    return {item["sector"]["name_en"]: item["value"] for item in items}


# ---- R11


def test_r11_three_tiers(economy):
    found = ask(economy(), [(sector("3"), 100.0, f"{UNIT}CNY-2020")])
    assert values(found) == pytest.approx([500.0, 550.0, 606.554], abs=5e-4)
    assert by_name(found["output"]) == pytest.approx(
        {"goods": 15.1910, "services": 40.1476, "power and heat": 112.8472}, abs=5e-5
    )
    assert found["spectral_radius"]["value"] == pytest.approx(0.3286, abs=5e-5)
    assert all(0 < tier["error_bound"] < 1e-9 for tier in found["tiers"])


def test_r11_is_labelled(economy):
    found = ask(economy(), [("power and heat", 100.0)])
    assert found["sector_average"] is True
    (table,) = found["tables"]
    assert (table["year"], table["priceYear"], table["currency"]["iri"][-3:]) == ("2020", "2020", "CNY")
    assert (table["scope"]["iri"], table["prices"]["iri"]) == (
        "https://w3id.org/tanmai/id/table-scope/total", "https://w3id.org/tanmai/id/price-basis/basic",
    )  # fmt: skip
    limits = {limit["key"]: limit for limit in found["limits"]}
    assert set(limits) == {"sector-average", "base-year", "import-scope"}
    assert limits["sector-average"]["sources"][0]["iri"].endswith("/smq-footprint-standards-2022")


@pytest.mark.parametrize("seed", [31, 32])
def test_r11_follows_its_inputs(economy, seed):
    chance = np.random.default_rng(seed)
    a, r, y = (
        chance.uniform(0, 0.3, (3, 3)).round(4),
        chance.uniform(0, 9, 3).round(3),
        chance.uniform(1, 99, 3).round(2),
    )
    loaded = economy(texts={"a.csv": matrix(a), "e.csv": emissions(r)})
    found = ask(loaded, [(sector(str(i + 1)), y[i]) for i in range(3)])
    energy = np.array([[0], [0], [1]]) * a
    expected = [r @ y, r @ (np.eye(3) + energy) @ y, r @ np.linalg.solve(np.eye(3) - a, y)]
    assert values(found) == pytest.approx(expected, rel=1e-11)


def test_r11_the_energy_sector_is_data(economy):
    """With sector 2 as the energy supplier, tier 2 adds its 0.30 x 100 CNY at 0.6 kg instead."""
    found = ask(economy(energy_sectors='["2"]'), [("power and heat", 100.0)])
    assert values(found) == pytest.approx([500.0, 518.0, 606.554], abs=5e-4)


def test_r11_in_other_units_and_forms(economy):
    """10^4 CNY, totals in tonnes and transactions give the same kilograms for the same 100 CNY."""
    x = np.array([50.0, 200.0, 80.0])
    texts = {
        "z.csv": matrix(np.array(A) * x), "x.csv": "sector,output\n1,50\n2,200\n3,80\n",
        "e.csv": emissions(np.array(R) * 10_000 * x / 1000, unit="t"),
    }  # fmt: skip
    files = {"transactions": '"z.csv"', "output": '"x.csv"', "emissions": '"e.csv"', "emissions_are": '"total"'}
    found = ask(economy(files=files, texts=texts, multiple="10000"), [(sector("3"), 100.0, f"{UNIT}CNY-2020")])
    assert values(found) == pytest.approx([500.0, 550.0, 606.554], abs=5e-4)
    assert found["unit"]["symbol"] == "10000 CNY-2020"
    assert found["demand"][0]["in_table_money"] == pytest.approx(0.01)


def test_r11_an_expense_over_several_sectors(economy):
    """What a household spends: tiers add up over its items; 108 CNY of 2023 are 100 of 2020."""
    loaded = economy(more=INDEX)
    found = ask(loaded, [("power and heat", 108.0, f"{UNIT}CNY-2023"), ("services", 10.0), ("services", 5.0)])
    alone = ask(loaded, [("services", 15.0)])
    assert values(found) == pytest.approx(np.add([500.0, 550.0, 606.554], values(alone)), abs=5e-4)
    assert values(alone)[0] == pytest.approx(15 * 0.6)


def test_the_third_tier_is_the_footprint_of_the_graph(economy):
    loaded = economy()
    whole = calculate(Calculation(loaded.store, Settings(sector_average=True)), sector("3"), 100.0)
    assert whole.total == pytest.approx(606.554, abs=5e-4)
    assert whole.data["sector_average"] is True
    assert "sector-average" in [a["code"] for a in whole.data["assumptions"]]


def test_sectors_are_listed_with_their_intensity(economy):
    found = list_sectors(economy().calculation(), "power")
    (line,) = found["sectors"]
    assert line["intensity"] == pytest.approx(6.06554, abs=5e-6)
    assert line["energy"] is True
    assert found["sector_average"] is True


def test_co2e_only_tables_count_as_direct_emissions(economy):
    rows = "".join(f"{i + 1},CO2e,fossil,{r},kg,AR5\n" for i, r in enumerate(R))
    loaded = economy(texts={"e.csv": "sector,gas,category,amount,unit,gwp_set\n" + rows})
    assert values(ask(loaded, [("power and heat", 100.0)])) == pytest.approx([500.0, 550.0, 606.554], abs=5e-4)
    whole = calculate(Calculation(loaded.store, Settings(sector_average=True)), sector("3"), 100.0).data
    assert whole["gwp_sets"] == ["AR5"]
    assert "gwp-set-unknown" in [a["code"] for a in whole["assumptions"]]


@pytest.mark.parametrize(
    ("demand", "error", "says"),
    [
        ([(sector("3"), -1.0)], InvalidQuery, "positive amount of money"),
        ([], InvalidQuery, "nothing is bought"),
        ([("fish", 1.0)], UnknownNameError, "fish"),
        ([(sector("3"), 1.0, "http://qudt.org/vocab/unit/CCY_CNY")], UnitError, "base year"),
        ([(sector("3"), 1.0, "http://qudt.org/vocab/unit/KiloGM")], UnitError, "different things"),
    ],
)
def test_r11_what_cannot_be_asked(economy, demand, error, says):
    with pytest.raises(error, match=says):
        ask(economy(), demand)


def test_r11_a_store_without_a_table(case):
    with pytest.raises(UnknownNameError, match="no sector of an input-output table"):
        ask(case(process("steel")), [("steel", 1.0)])


def test_a_sector_without_a_table_is_refused(case, tmp_path):
    write(tmp_path)
    text = turtle(tmp_path / "table.toml").replace("tm:inTable <input-output-table/three> ;", "")
    with pytest.raises(InvalidInventory, match="names no input-output table"):
        case(text).footprint(sector("3"))


def test_r11_a_table_with_gaps_is_refused_or_read_by_name(economy):
    z = np.zeros((4, 4))
    z[:3, :3] = np.array(A) * 100
    z[3, 2] = 7.0
    codes = ("1", "2", "3", "import")
    files = {"transactions": '"z.csv"', "output": '"x.csv"', "emissions": '"e.csv"', "emissions_are": '"per-output"'}
    texts = {
        "z.csv": matrix(z, codes, codes), "x.csv": "sector,output\n1,100\n2,100\n3,100\nimport,0\n",
        "e.csv": emissions((*R, 0), codes),
    }  # fmt: skip
    loaded = economy(files=files, texts=texts)
    for question in (lambda c: tiers(c, [Wanted(sector("3"), 100.0)]), list_sectors):
        with pytest.raises(IncompleteInventory, match="import"):
            question(loaded.calculation())
    found = ask(loaded, [(sector("3"), 100.0)], unlinked="cutoff")
    assert values(found)[2] == pytest.approx(606.554, abs=5e-4)
    assert [line["flow"]["iri"] for line in found["cutoffs"]] == [sector("import")]


def test_r11_a_table_that_is_no_economy_names_the_sector(economy, case, tmp_path):
    """A column sum above 1 that nothing vouches for, as in a graph written by hand."""
    cells = {"a.csv": matrix([[0.5, 0.1, 0], [0.4, 0.1, 0], [0.3, 0, 0]])}
    allowed = economy(texts=cells, negative_value_added="true")
    assert [s["iri"] for s in ask(allowed, [(sector("2"), 1.0)])["overspent"]] == [sector("1")]
    text = turtle(tmp_path / "table.toml").replace("tm:negativeValueAdded true ;", "")
    with pytest.raises(InvalidSystem, match=f"<{sector('1')}> buys inputs for 1.2"):
        ask(case(text), [(sector("2"), 1.0)])


def test_r11_an_unproductive_table_is_refused(economy):
    """Value added may be negative, but two sectors that need more of each other than they make supply nobody."""
    cells = {"a.csv": matrix([[0, 1.2, 0], [1.1, 0, 0], [0, 0, 0]])}
    with pytest.raises(UnproductiveLoop):
        ask(economy(texts=cells, negative_value_added="true"), [(sector("2"), 1.0)])


# ---- R12


REPAIR = ((sector("1"), 40.0, YUAN),)


def pump(costs=REPAIR, kg=850.0, inputs=(), more=""):
    """A pump: direct emissions, costs as (sector product, money, unit[, further predicates]), other inputs."""
    bought = tuple((f"<{flow}>", *rest) for flow, *rest in costs)
    return process("pump", unit="unit:NUM", inputs=(*inputs, *bought), emissions=(("flow:CO2-fossil", kg),)) + more


def nineteen(**changes):
    """One sector whose intensity is 1.805 / (1 - 0.05) = 1.9 kg per CNY."""
    texts = {
        "a.csv": matrix([[0.05]], ("1",), ("1",)),
        "e.csv": emissions([1.805], ("1",)),
        "s.csv": "code,name_en\n1,repair\n",
    }
    return {"texts": texts, "energy_sectors": "[]", **changes}


def test_r12_tiered_hybrid(economy):
    loaded = economy(pump(), **nineteen())
    assert loaded.total("pump") == pytest.approx(926.00, abs=1e-9)
    found = hybrid(loaded.calculation(), f"{EX}pump")
    assert found["total"]["value"] == pytest.approx(926.00, abs=1e-9)
    assert found["process"]["value"] == pytest.approx(850.0, abs=1e-9)
    assert found["eio"]["value"] == pytest.approx(76.0, abs=1e-9)
    assert found["eio"]["share"] == pytest.approx(0.0821, abs=5e-5)
    assert abs(found["eio"]["value"] - 76.0) <= found["eio"]["error_bound"] < 1e-9
    (cost,) = found["costs"]
    assert (cost["amount"], cost["intensity"]) == pytest.approx((40.0, 1.9))
    assert cost["conversion"] is None
    assert found["sector_average"] is False
    assert {check["check"]: check["passed"] for check in found["checks"]} == {"overlap": True, "base-year": True}


def test_r12_the_footprint_tells_its_share(economy):
    loaded = economy(pump(), **nineteen())
    data = loaded.footprint("pump")
    assert data["sector_average"] is False
    assert data["sector_part"]["share"] == pytest.approx(76 / 926)
    (said,) = [a for a in data["assumptions"] if a["code"] == "sector-average"]
    assert said["text_en"].startswith("8.21% of the result")
    for word in ("three sectors", "2020", "CNY of 2020", "domestic and imported", "basic prices"):
        assert word in said["text_en"]
    assert "部门平均值" in said["text_zh"]
    assert loaded.explain("pump")["sector_part"]["value"] == pytest.approx(76.0)


@pytest.mark.parametrize("seed", [41, 42])
def test_r12_follows_its_inputs(economy, seed):
    chance = random.Random(seed)
    kg, money, runs = chance.uniform(1, 2000), chance.uniform(1, 500), chance.uniform(0.1, 9)
    loaded = economy(pump(((sector("1"), money, YUAN),), kg), **nineteen())
    assert loaded.total("pump", runs) == pytest.approx(runs * (kg + money * 1.9), rel=1e-12)
    found = hybrid(loaded.calculation(), f"{EX}pump", runs)
    assert found["eio"]["share"] == pytest.approx(money * 1.9 / (kg + money * 1.9), rel=1e-12)
    assert found["costs"][0]["amount"] == pytest.approx(money * runs)


def test_r12_a_product_without_costs(economy):
    found = hybrid(economy(pump(()), **nineteen()).calculation(), f"{EX}pump")
    assert (found["process"]["value"], found["eio"]["value"], found["eio"]["share"]) == (850.0, 0.0, 0.0)
    assert found["costs"] == found["tables"] == found["assumptions"] == []


def test_all_products_tell_what_comes_from_sectors(economy):
    frame = all_products(economy(pump(), **nineteen()).calculation())
    rows = {
        iri: (total, part) for iri, total, part in frame.select("iri", "kg_co2e", "kg_co2e_sector_average").iter_rows()
    }
    assert rows[f"{EX}pump"] == pytest.approx((926.0, 76.0))
    assert rows[sector("1")] == pytest.approx((1.9, 1.9))


# ---- base years and currencies


def test_another_base_year_is_refused(economy):
    chain = pump(((sector("1"), 43.2, "u:CNY-2023"),), more=money_unit("CNY", "2023"))
    says = r"(?s)pump-in-1.*different things, money of two currencies or base years.*PriceIndex"
    with pytest.raises(UnitError, match=says):
        economy(chain, **nineteen()).total("pump")


def money_unit(currency, year):
    """A unit of money in Turtle, as the import of a table writes it."""
    return (
        f"<{UNIT}{currency}-{year}> a <http://qudt.org/schema/qudt/Unit>, tm:MoneyUnit ; "
        f'tm:currency unit:CCY_{currency} ; tm:priceYear "{year}"^^xsd:gYear ; '
        "<http://qudt.org/schema/qudt/conversionMultiplier> 1.0 ; "
        "<http://qudt.org/schema/qudt/hasDimensionVector> <http://qudt.org/vocab/dimensionvector/A0E0L0I0M0H0T0D1> ; "
        f"<http://qudt.org/schema/qudt/hasQuantityKind> <https://w3id.org/tanmai/id/quantity-kind/money-{currency}-{year}> .\n"
    )


def test_a_currency_without_a_year_is_refused(economy):
    with pytest.raises(UnitError, match="different things"):
        economy(pump(((sector("1"), 40.0, "unit:CCY_CNY"),)), **nineteen()).total("pump")


def test_a_price_index_converts_by_hand(economy):
    """43.2 CNY of 2023 / 1.08 = 40 CNY of 2020: the same 926 kg, and the result says so."""
    loaded = economy(pump(((sector("1"), 43.2, "u:CNY-2023"),)), **nineteen(more=INDEX))
    assert loaded.total("pump") == pytest.approx(926.0, abs=1e-9)
    found = hybrid(loaded.calculation(), f"{EX}pump")
    (cost,) = found["costs"]
    assert cost["conversion"]["factor"] == pytest.approx(1 / 1.08)
    assert [(r["amount"], r["unit"]["symbol"], r["per"]["symbol"]) for r in cost["conversion"]["rates"]] == [
        (1.08, "CNY-2023", "CNY-2020")
    ]
    assert [a["code"] for a in found["assumptions"]] == ["sector-average", "money-converted", "illustrative"]
    assert found["assumptions"] == loaded.footprint("pump")["assumptions"]
    assert found["assumptions"][1]["subjects"] == [f"{EX}pump-in-1"]


@pytest.mark.parametrize("index", [0.95, 1.31])
def test_another_price_index_another_result(economy, index):
    more = INDEX.replace("1.08", str(index))
    loaded = economy(pump(((sector("1"), 43.2, "u:CNY-2023"),)), **nineteen(more=more))
    assert loaded.total("pump") == pytest.approx(850 + 43.2 / index * 1.9, rel=1e-12)


def test_an_exchange_rate_and_an_index(economy):
    """10 USD of 2023 x 7 CNY/USD / 1.08 = 64.8148 CNY of 2020."""
    rate = '[[exchange_rate]]\namount = 7.0\nunit = "CNY-2023"\nper = "USD-2023"\nsource = "made up"\n'
    loaded = economy(pump(((sector("1"), 10.0, "u:USD-2023"),)), **nineteen(more=INDEX + rate))
    assert loaded.total("pump") == pytest.approx(850 + 70 / 1.08 * 1.9, rel=1e-12)


def test_an_index_of_the_sector_comes_first(economy):
    own = (
        f"<{sector('1')}> tm:hasProperty [ a tm:PropertyValue ; tm:property property:conversion ; tm:amount 1.5 ; "
        "tm:unit u:CNY-2023 ; tm:perUnit u:CNY-2020 ] .\n"
    )
    loaded = economy(pump(((sector("1"), 60.0, "u:CNY-2023"),), more=own), **nineteen(more=INDEX))
    assert loaded.total("pump") == pytest.approx(850 + 40 * 1.9, rel=1e-12)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            ":i a tm:PriceIndex ; tm:amount 1.08 ; tm:unit u:CNY-2023 ; tm:perUnit u:CNY-2020 .",
            "names no dcterms:source",
        ),
        (
            ':i a tm:PriceIndex ; tm:amount 0 ; tm:unit u:CNY-2023 ; tm:perUnit u:CNY-2020 ; dcterms:source "x" .',
            "positive",
        ),
        (
            ':i a tm:PriceIndex ; tm:amount 7 ; tm:unit u:CNY-2020 ; tm:perUnit u:USD-2023 ; dcterms:source "x" .',
            "one currency",
        ),
        (
            ':i a tm:ExchangeRate ; tm:amount 7 ; tm:unit u:CNY-2020 ; tm:perUnit u:USD-2023 ; dcterms:source "x" .',
            "one year",
        ),
        (
            ':i a tm:PriceIndex ; tm:amount 7 ; tm:unit u:CNY-2020 ; tm:perUnit unit:CCY_CNY ; dcterms:source "x" .',
            "tm:MoneyUnit",
        ),
    ],
)
def test_a_rate_that_cannot_be_used(economy, statement, says):
    units = money_unit("CNY", "2023") + money_unit("USD", "2023")
    with pytest.raises(ExtractionError, match=says):
        economy(pump(more=units + statement + "\n"), **nineteen()).total("pump")


# ---- no product footprint from sectors alone


@pytest.mark.parametrize("asked", [sector("3"), f"{EX}trip"])
def test_a_product_footprint_from_sectors_alone_is_refused(economy, asked):
    """A sector product, and a process that only pays a sector."""
    trip = process("trip", unit="unit:NUM", inputs=((f"<{sector('3')}>", 10.0, YUAN),))
    loaded = economy(trip)
    for question in (calculate, hybrid):
        with pytest.raises(InvalidInventory, match=r"no footprint of a product.*--sector-average"):
            question(loaded.calculation(), asked)
    flagged = calculate(Calculation(loaded.store, Settings(sector_average=True)), asked)
    assert flagged.data["sector_average"] is True
    assert flagged.data["sector_part"]["share"] == 1.0
    assert flagged.data["settings"]["sector_average"] is True


# ---- overlap


def steel(made=True):
    """Steel as a process of its own, part of sector 1."""
    chain = process("steel", emissions=(("flow:CO2-fossil", 2.0),)) if made else product("steel")
    return chain + f":steel tm:inSector <{sector('1')}> .\n"


def covering(name):
    return f"tm:coversProduct :{name} ;"


def test_an_input_covered_twice_is_refused(economy):
    """Steel of sector 1 comes from a process, and sector 1 is paid without saying for what."""
    chain = pump(inputs=((":steel", 5.0),)) + steel()
    with pytest.raises(InvalidInventory, match=r"(?s)covered twice.*pump-making.*steel.*pump-in-2") as refused:
        economy(chain, **nineteen()).total("pump")
    assert sector("1") in str(refused.value)


def test_a_cost_that_names_what_it_pays_for(economy):
    """Paying sector 1 for repair does not overlap with its steel; paying it for the same steel does."""
    cost = (sector("1"), 40.0, YUAN)
    repair = pump(((*cost, covering("repair")),), inputs=((":steel", 5.0),)) + steel() + product("repair")
    assert economy(repair, **nineteen()).total("pump") == pytest.approx(936.0)
    twice = pump(((*cost, covering("steel")),), inputs=((":steel", 5.0),)) + steel()
    with pytest.raises(InvalidInventory, match="covered twice"):
        economy(twice, **nineteen()).total("pump")


def test_two_costs_for_one_product(economy):
    cost = (sector("1"), 40.0, YUAN, covering("repair"))
    with pytest.raises(InvalidInventory, match="covered twice"):
        economy(pump((cost, cost)) + product("repair"), **nineteen()).total("pump")


def test_a_cost_may_stand_in_for_what_is_cut_off(economy):
    """Steel that nothing supplies is left out on request; then its cost is the only side that covers it."""
    chain = pump(((sector("1"), 40.0, YUAN, covering("steel")),), inputs=((":steel", 5.0),)) + steel(made=False)
    loaded = economy(chain, **nineteen())
    with pytest.raises(IncompleteInventory):
        loaded.total("pump")
    assert loaded.total("pump", unlinked="cutoff") == pytest.approx(926.0)


# ---- integrated hybrid: a sector that takes the product of a process


def coal(sold=0.02, corrected=0.06):
    """Sector 3 takes `sold` t of coal per CNY from a mine that pays sector 2; `corrected` CNY of sector 2 are taken out."""
    mine = process(
        "coal", unit="unit:TONNE", inputs=((f"<{sector('2')}>", 30.0, YUAN, covering("service")),),
        emissions=(("flow:CO2-fossil", 90.0),),
    ) + product("service")  # fmt: skip
    taken = f":use a tm:Exchange ; tm:flow :coal ; tm:amount {sold} ; tm:unit unit:TONNE .\n"
    less = (
        f":less a tm:Exchange ; tm:flow <{sector('2')}> ; tm:amount {-corrected} ; tm:unit {YUAN} ; tm:coversProduct :coal .\n"
        f"<{sector('3', kind='sector')}> tm:input :less .\n"
    )
    return mine + taken + f"<{sector('3', kind='sector')}> tm:input :use .\n" + (less if corrected else "")


@pytest.mark.parametrize(("sold", "corrected"), [(0.02, 0.06), (0.01, 0.03), (0.1, 0.3)])
def test_the_integrated_hybrid_equals_a_dense_solve(economy, sold, corrected):
    loaded = economy(coal(sold, corrected))
    a_io = np.array(A)
    a_io[1, 2] -= corrected
    dense = np.eye(4)
    dense[1:, 1:] -= a_io
    dense[0, 3], dense[2, 0] = -sold, -30.0
    runs = np.linalg.solve(dense, [1.0, 0, 0, 0])
    found = hybrid(loaded.calculation(), f"{EX}coal")
    assert found["total"]["value"] == pytest.approx(np.array([90.0, *R]) @ runs, rel=1e-11)
    assert found["process"]["value"] == pytest.approx(90.0 * runs[0], rel=1e-11)
    assert found["eio"]["value"] == pytest.approx(np.array(R) @ runs[1:], rel=1e-11)
    with pytest.raises(InvalidInventory, match=r"draws on .*coal.*three\s+tiers"):
        ask(loaded, [(sector("3"), 1.0)])


def test_a_downstream_use_that_stays_in_the_table_is_refused(economy):
    with pytest.raises(InvalidInventory, match=r"(?s)takes .*coal.* would count twice.*tm:coversProduct"):
        economy(coal(corrected=0)).total("coal")


# ---- which method fits


def test_method_for_a_product(economy):
    loaded = economy(pump() + process("bolt", emissions=(("flow:CO2-fossil", 1),)), **nineteen())
    best = {name: advise(loaded.calculation(), "product", f"{EX}{name}") for name in ("pump", "bolt")}
    assert best["pump"]["recommended"]["key"] == "hybrid-lca"
    assert best["bolt"]["recommended"]["key"] == "process-lca"
    assert not best["bolt"]["sector_average"]
    assert advise(loaded.calculation(), "product", f"{EX}bolt", ["cost-data"])["recommended"]["key"] == "hybrid-lca"


@pytest.mark.parametrize("scale", ["sector", "household", "region"])
def test_method_for_what_is_larger(economy, scale):
    found = advise(economy().calculation(), scale)
    assert found["recommended"]["key"] == "eio-lca"
    assert found["sector_average"]
    (eio,) = [each for each in found["methods"] if each["method"]["key"] == "eio-lca"]
    assert "sector-average" in [limit["key"] for limit in eio["limits"]]


def test_method_from_sectors_alone_is_no_method_for_a_product(economy):
    found = advise(economy().calculation(), "product", sector("3"))
    assert found["recommended"] is None
    assert found["sector_average"]
    verdicts = {each["method"]["key"]: each["verdict"] for each in found["methods"]}
    assert verdicts == {"process-lca": "data-missing", "hybrid-lca": "data-missing", "eio-lca": "other-scale"}


def test_method_without_data(case):
    found = advise(case(product("nothing")).calculation(), "region")
    assert found["recommended"] is None
    assert not found["sector_average"]
    with pytest.raises(InvalidQuery, match=r"galaxy.*household"):
        advise(case(product("nothing")).calculation(), "galaxy")
    with pytest.raises(InvalidQuery, match="luck"):
        advise(case(product("nothing")).calculation(), "product", None, ["luck"])


def test_the_scale_of_a_method_is_data(economy):
    """A statement in the graph makes EIO-LCA a method for products; nothing in the code says it is none."""
    own = "id:assessment-method\\/eio-lca tm:suitsScale id:assessment-scale\\/product .\n"
    found = advise(economy(own).calculation(), "product", sector("3"))
    assert found["recommended"]["key"] == "eio-lca"


# ---- laws


@tries(15)
@given(
    st.lists(st.floats(0.0, 0.3), min_size=9, max_size=9),
    st.lists(st.floats(0.0, 20.0), min_size=3, max_size=3),
    st.floats(0.1, 1e4),
)
def test_tiers_do_not_shrink_and_a_hybrid_adds_up(economy, cells, r, money):
    texts = {"a.csv": matrix(np.array(cells).reshape(3, 3)), "e.csv": emissions(r)}
    loaded = economy(pump(((sector("3"), money, YUAN),)), texts=texts)
    first, second, third = (tier["value"] for tier in ask(loaded, [(sector("3"), money)])["tiers"])
    assert first <= second * (1 + 1e-12)
    assert second <= third * (1 + 1e-12)
    found = hybrid(loaded.calculation(), f"{EX}pump")
    assert found["eio"]["value"] == pytest.approx(third, rel=1e-10, abs=1e-12)
    assert found["total"]["value"] == pytest.approx(850 + third, rel=1e-10)
