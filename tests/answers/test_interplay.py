"""Answers that were made apart, asked together: scenarios with spreads, sectors, recycling, waste, and a store that fails."""

from dataclasses import replace

import pytest
from chains import EX, ID, exchange, process, product
from economies import sector, turtle, write

from footprint.errors import InvalidInventory, UnproductiveLoop
from footprint.gaps import Reading
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation, Settings
from graphstore.answers.keeping import compared
from graphstore.answers.uncertainty import Asked, uncertainty
from graphstore.answers.variants import variants
from graphstore.answers.whatif import whatif
from graphstore.errors import ScenarioError
from graphstore.scenarios import AmountChange, FactorChange, ProviderSwap, Scenario, ShareShift

CO2 = "flow:CO2-fossil"


def factor(name, *masses):
    """An emission factor per kg; masses are (gas, kg, half-width), called `:name-1` and so on."""
    nodes = [f":{name}-{number}" for number in range(1, len(masses) + 1)]
    text = f':{name} a tm:EmissionFactor ; rdfs:label "{name}"@en ; tm:perUnit unit:KiloGM ; tm:gasMass {", ".join(nodes)} .\n'
    for node, (gas, kg, width) in zip(nodes, masses, strict=True):
        text += f"{node} tm:gas gas:{gas} ; tm:amount {kg} ; tm:unit unit:KiloGM ; tm:emissionCategory category:fossil"
        text += f" ; tm:relativeHalfWidth95 {width} .\n" if width else " .\n"
    return text


def under(loaded, *changes, **settings):
    """The loaded case under a scenario."""
    return loaded.calculation(**settings).under(Scenario("", changes))


def spread(calculation, name, **asked):
    data = uncertainty(calculation, EX + name, asked=Asked(**{"method": "first-order"} | asked))
    return data, {line["iri"].rpartition("/")[2]: line["half_width_alone"] for line in data["drivers"]}


# ---- uncertainty under a scenario


def using(provider):
    made = process("thing", inputs=((":in", 1, "unit:KiloGM", f"tm:defaultProvider :{provider} ;"),)) + product("in")
    made += factor("plain", ("CO2", 1, 0))
    return made + factor("mixed", ("N2O", 1, 0.1), ("CO2", 8, 0.2), ("CO2", 2, 0.5))


def test_a_factor_that_is_swapped_in_brings_the_spread_of_each_mass(case):
    """N2O (273) by 10 %, CO2 8 by 20 % and 2 by 50 %: alone 27.3, 1.6 and 1.0, as where the data state the factor."""
    swap = ProviderSwap(f"{EX}mixed", old=f"{EX}plain")
    data, effects = spread(under(case(using("plain")), swap), "thing", method="both", draws=2000)
    assert data["total"]["value"] == pytest.approx(283)
    assert effects == pytest.approx({"mixed-1": 27.3, "mixed-2": 1.6, "mixed-3": 1.0})
    closed = (27.3**2 + 1.6**2 + 1) ** 0.5
    assert data["first_order"]["half_width"] == pytest.approx(closed)
    assert data["monte_carlo"]["standard_deviation"] == pytest.approx(closed / 1.96, rel=0.08)
    assert spread(case(using("mixed")).calculation(), "thing")[1] == pytest.approx(effects)


def test_a_provider_that_is_swapped_in_brings_its_spreads(case):
    """1 kg of another process at 6 kg by 25 %, in place of a factor without any."""
    text = using("plain") + process("other", emissions=((CO2, 6, "unit:KiloGM", "tm:relativeHalfWidth95 0.25 ;"),))
    swap = ProviderSwap(f"{EX}other-making", exchange=f"{EX}thing-in-1")
    data, effects = spread(under(case(text), swap), "thing")
    assert (data["total"]["value"], effects) == (pytest.approx(6), pytest.approx({"other-emission-1": 1.5}))


def test_a_changed_output_keeps_its_spread_and_the_answer_says_so(case):
    """10 kg of CO2 for 8 kg instead of 4: 1.25, by 10 %."""
    loaded = case(process("thing", amount=4, emissions=((CO2, 10),)) + ":thing-out tm:relativeHalfWidth95 0.1 .\n")
    data, effects = spread(under(loaded, AmountChange(f"{EX}thing-out", relative=1.0)), "thing")
    assert (data["total"]["value"], effects) == (pytest.approx(1.25), pytest.approx({"thing-out": 0.125}))
    (said,) = [a for a in data["assumptions"] if a["code"] == "spread-of-the-data"]
    assert said["subjects"] == [f"{EX}thing-out"]
    assert "spread-of-the-data" not in {a["code"] for a in spread(loaded.calculation(), "thing")[0]["assumptions"]}


def test_a_changed_factor_keeps_the_spread_of_its_masses(case):
    data, effects = spread(under(case(using("mixed")), FactorChange(f"{EX}mixed", relative=1.0)), "thing")
    assert effects == pytest.approx({"mixed-1": 54.6, "mixed-2": 3.2, "mixed-3": 2.0})
    (said,) = [a for a in data["assumptions"] if a["code"] == "spread-of-the-data"]
    assert said["subjects"] == [f"{EX}mixed-{k}" for k in (1, 2, 3)]


# ---- sectors


def test_a_swap_to_a_sector_alone_is_refused_as_its_footprint_is(case, tmp_path):
    """All of it would be an average of a sector (R11); by name it is given, and says so."""
    text = process("thing", inputs=((":in", 3, "u:CNY-2020", "tm:defaultProvider :plain ;"),)) + product("in")
    text += factor("plain", ("CO2", 1, 0)).replace("unit:KiloGM ; tm:gasMass", "u:CNY-2020 ; tm:gasMass")
    text += turtle(write(tmp_path))
    loaded, swap = case(text), ProviderSwap(sector("3", kind="sector"), exchange=f"{EX}thing-in-1")
    with pytest.raises(InvalidInventory, match="--sector-average"):
        calculate(under(loaded, swap), f"{EX}thing")
    with pytest.raises(InvalidInventory, match="--sector-average"):
        whatif(loaded.calculation(), f"{EX}thing", changes=[swap])
    allowed = Calculation(loaded.store, Settings(sector_average=True))
    asked = whatif(allowed, f"{EX}thing", changes=[swap])
    full = calculate(allowed.under(Scenario("", (swap,))), f"{EX}thing")
    assert asked["new"]["value"] == pytest.approx(full.total, rel=1e-12)
    assert [a["text_en"] for a in asked["assumptions"]] == [a["text_en"] for a in full.data["assumptions"]]
    assert "sector-average" in {a["code"] for a in asked["assumptions"]}


def test_variants_are_no_way_round_the_refusal_of_a_sector_average(case, tmp_path):
    """Two products of a process that only buys from a sector: the footprint is refused, and so is each variant of it."""
    bought = ((f"<{sector('3')}>", 3, "u:CNY-2020"),)
    text = process("thing", inputs=bought, outputs=((":other", 1),), more="tm:allocationMethod method:mass ;")
    loaded = case(text + product("other") + turtle(write(tmp_path)))
    with pytest.raises(InvalidInventory, match="--sector-average"):
        loaded.total("thing")
    with pytest.raises(InvalidInventory, match="--sector-average"):
        variants(loaded.calculation(), f"{EX}thing")
    allowed = Calculation(loaded.store, Settings(sector_average=True))
    stated = variants(allowed, f"{EX}thing")["rows"][0]["total"]["value"]
    assert stated == pytest.approx(calculate(allowed, f"{EX}thing").total, rel=1e-12)


# ---- system expansion


def expanded(acid=3, more=""):
    """1 kg of copper (100 kg CO2) with 3 kg of acid that replace acid made at 12: 64 and 12; paint takes half a kg of it."""
    replaces = f"tm:displaces :burning ; tm:substitutionRatio 1 ; {more}"
    text = process(
        "copper", more="tm:allocationMethod method:system-expansion ;", emissions=((CO2, 100),),
        outputs=((":acid", acid, "unit:KiloGM", replaces),),
    )  # fmt: skip
    text += process("paint", inputs=((":acid", 0.5, "unit:KiloGM", "tm:defaultProvider :copper-making ;"),))
    text += process("made-acid", emissions=((CO2, 12),)).replace(":made-acid-making", ":burning")
    return text + product("acid")


@pytest.mark.parametrize(("relative", "copper"), [(-0.5, 82.0), (1.0, 28.0), (-1.0, 100.0)])
def test_more_or_less_of_a_credited_co_product(case, relative, copper):
    """The credit follows the amount; a unit of the co-product stands for what it replaces, however much is made."""
    loaded, change = case(expanded()), AmountChange(f"{EX}copper-output-1", relative=relative)
    for name, total in (("copper", copper), ("acid", 12.0), ("paint", 6.0)):
        asked = whatif(loaded.calculation(), EX + name, changes=[change])
        full = calculate(under(loaded, change), EX + name)
        assert (asked["new"]["value"], full.total) == pytest.approx((total, total), rel=1e-12)
    if relative > -1:
        stated = case(expanded(acid=3 * (1 + relative)))
        assert [stated.total(name) for name in ("copper", "acid", "paint")] == pytest.approx([copper, 12, 6])


def test_an_uncertain_credited_co_product(case):
    """By 50 %: 18 of the credit of 36 of the copper; what a unit of it replaces is certain."""
    calculation = case(expanded(more="tm:relativeHalfWidth95 0.5 ;")).calculation()
    data, effects = spread(calculation, "copper", method="both", draws=2000)
    assert effects == pytest.approx({"copper-output-1": 18.0})
    assert data["monte_carlo"]["standard_deviation"] == pytest.approx(18 / 1.96, rel=0.08)
    for name in ("acid", "paint"):
        data, effects = spread(calculation, name)
        assert (data["first_order"]["half_width"], effects) == (0.0, {})


def test_a_share_is_one_of_two_inputs(case):
    with pytest.raises(ScenarioError, match="not two inputs"):
        whatif(
            case(expanded()).calculation(),
            f"{EX}copper",
            changes=[ShareShift(f"{EX}copper-output-1", f"{EX}copper-emission-1", 0.5)],
        )


# ---- recycling


def part():
    """Virgin metal at 12, recycled at 0.8, remelting at 0.7: A = 0.2 of metals, R1 = 0.3, R2 = 0.9."""
    text = "".join(
        process(name, emissions=((CO2, kg),))
        for name, kg in (("virgin", 12), ("recycled", 0.8), ("remelted", 0.7), ("dumped", 0.02))
    )
    roles = ("virgin virgin-material", "recycled recycled-material", "remelted recycling-at-end-of-life",
             "virgin displaced-virgin-material", "dumped disposal")  # fmt: skip
    inputs = tuple(
        (f":{flow}", 1, "unit:KiloGM", f"tm:recyclingRole <{ID}recycling-role/{role}> ;")
        for flow, role in (pair.split() for pair in roles)
    )
    more = f"tm:materialClass <{ID}material-class/metal> ; tm:recycledContent 0.3 ; tm:recyclingOutputRate 0.9 ; "
    more += "tm:energyRecoveryRate 0 ; tm:qualityRatioIn 1 ; tm:qualityRatioOut 1 ;"
    return text + process("part", more=more, inputs=inputs)


@pytest.mark.parametrize(
    ("model", "before", "after"),
    # half of the emissions of virgin metal: (0.7 + 0.24 - 0.72) x 12 = 2.64 under the CFF, (1 - 0.3) x 12 = 8.4 under cut-off
    [("cff", 3.194, 3.194 - 1.32), ("cut-off", 8.4 + 0.24 + 0.002, 4.2 + 0.24 + 0.002)],
)
def test_a_scenario_under_a_recycling_model(case, model, before, after):
    settings = Settings(reading=Reading(recycling=model))
    calculation = Calculation(case(part()).store, settings)
    change = AmountChange(f"{EX}virgin-emission-1", relative=-0.5)
    asked = whatif(calculation, f"{EX}part", changes=[change])
    full = calculate(calculation.under(Scenario("", (change,))), f"{EX}part")
    assert (asked["base"]["value"], asked["new"]["value"]) == pytest.approx((before, after), rel=1e-12)
    assert full.total == pytest.approx(after, rel=1e-12)
    assert asked["assumptions"] == full.data["assumptions"]


def test_terms_of_a_recycling_model_share_nothing(case):
    calculation = Calculation(case(part()).store, Settings(reading=Reading(recycling="cff")))
    with pytest.raises(ScenarioError, match=r"tm:recycledContent"):
        whatif(calculation, f"{EX}part", changes=[ShareShift(f"{EX}part-in-2", f"{EX}part-in-1", 0.5)])


# ---- a store that cannot be calculated as a whole


def broken():
    """A process whose input cannot be converted stands beside the chain that is asked for."""
    return process("broken", inputs=((":thing", 1, "unit:KiloW-HR"),))


def test_a_kept_scenario_is_asked_of_the_upstream_part(case):
    loaded = case(process("thing", emissions=((CO2, 5),)) + broken())
    calculation = replace(
        loaded.calculation(),
        settings=Settings(scenario=Scenario(EX + "s", (AmountChange(f"{EX}thing-emission-1", relative=1.0),))),
    )
    asked = whatif(calculation, f"{EX}thing")
    assert (asked["base"]["value"], asked["new"]["value"]) == (5.0, 10.0)
    assert calculate(calculation, f"{EX}thing").total == 10.0
    data, _ = spread(calculation, "thing")
    assert data["total"]["value"] == 10.0


def test_a_loop_that_a_scenario_closes_is_named(case):
    """a takes 2 of b instead of a factor, and b takes 1 of a: the loop uses more than it makes."""
    text = process("a", inputs=((":in", 2, "unit:KiloGM", "tm:defaultProvider :plain ;"),)) + product("in")
    text += factor("plain", ("CO2", 1, 0)) + process("b", inputs=((":a", 1),), emissions=((CO2, 1),))
    loaded, swap = case(text), ProviderSwap(f"{EX}b-making", exchange=f"{EX}a-in-1")
    assert loaded.total("a") == 2.0
    with pytest.raises(UnproductiveLoop):
        calculate(under(loaded, swap), f"{EX}a")
    with pytest.raises(UnproductiveLoop):
        whatif(loaded.calculation(), f"{EX}a", changes=[swap])


# ---- gaps and waste


def test_gaps_and_assumptions_stand_beside_each_scenario(case):
    """What is cut off is told with a what-if and with each scenario set side by side, as with the footprint."""
    text = process("thing", inputs=((":nothing", 2),), emissions=((CO2, 5),)) + product("nothing")
    text += ":s a tm:Scenario ; tm:change :c . :c a tm:AmountChange ; tm:changedExchange :thing-emission-1 ; tm:relativeChange 1 .\n"
    calculation = case(text).calculation(unlinked="cutoff")
    asked = whatif(calculation, f"{EX}thing", changes=[AmountChange(f"{EX}thing-emission-1", relative=1.0)])
    (column,) = compared(calculation, f"{EX}thing", ["s"])["scenarios"]
    for answer in (asked, column):
        assert [cut["exchange"] for cut in answer["cutoffs"]] == [f"{EX}thing-in-1"]
        assert "scenario" in {a["code"] for a in answer["assumptions"]}


def waste(provider="treating"):
    """2 kg of waste, treated at 3 kg each; landfill is a factor at 5, other treats it too, at 7."""
    text = process("thing", outputs=((":w", 2, "unit:KiloGM", f"tm:defaultProvider :{provider} ;"),))
    text += product("w", kind="WasteFlow") + factor("landfill", ("CO2", 5, 0))
    for name, kg in (("treating", 3), ("other", 7)):
        text += f':{name} a tm:UnitProcess ; rdfs:label "{name}"@en ; tm:quantitativeReference :{name}-in ; tm:input :{name}-in ; '
        text += f"tm:emission :{name}-e .\n" + exchange(f"{name}-in", ":w", 1) + exchange(f"{name}-e", CO2, kg)
    return text


@pytest.mark.parametrize(("new", "total"), [("landfill", 10.0), ("other", 14.0)])
def test_another_treatment_of_waste(case, new, total):
    """A scenario gives what the data would give with the provider written into them."""
    assert case(waste(new)).total("thing") == total
    loaded, swap = case(waste()), ProviderSwap(EX + new, old=f"{EX}treating")
    assert loaded.total("thing") == 6.0
    assert calculate(under(loaded, swap), f"{EX}thing").total == total
    assert whatif(loaded.calculation(), f"{EX}thing", changes=[swap])["new"]["value"] == pytest.approx(total)
