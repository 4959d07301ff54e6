"""The computable rules for product footprints, asked of a graph: hand-worked numbers in, the same numbers out.

R01 five stages, R02 GWP sets, R03 declared unit, R05 allocation, R07 separate reporting, R08 electricity, R16 aluminium,
R31 roll-up along a chain. Illustrative inputs; the totals were worked by hand or published.
"""

import random

import pytest
from chains import exchange, process, product

from footprint.errors import AllocationError, InvalidInventory


def factor(name, unit, kg):
    """An emission factor that states kilograms of fossil CO2."""
    mass = f"[ tm:gas gas:CO2 ; tm:amount {kg} ; tm:unit unit:KiloGM ; tm:emissionCategory category:fossil ]"
    return f":{name} a tm:EmissionFactor ; tm:perUnit {unit} ; tm:gasMass {mass} .\n"


def kettle(kwh=6.0, gas=0.4):
    """Rule R01: a kettle over five stages. The declared unit is the kettle delivered, the functional unit its whole life."""

    def staged(stage, provider):
        return f"tm:stage stage:{stage} ; tm:defaultProvider {provider} ;"

    grid = "ef:footprint-CN-grid-average-2024"
    delivered = process(
        "kettle",
        unit="unit:NUM",
        inputs=(
            (":steel", 1.4, "unit:KiloGM", staged("raw-material-acquisition", ":steel-factor")),
            (":power", kwh, "unit:KiloW-HR", staged("manufacturing", grid)),
            (":gas", gas, "unit:M3", staged("manufacturing", ":gas-factor")),
            (":lorry", 0.9, "u:tonne-kilometre", staged("distribution", ":lorry-factor")),
        ),
    )
    life = process(
        "kettle-life",
        unit="unit:NUM",
        inputs=(
            (":kettle", 1, "unit:NUM"),
            (":power", 25, "unit:KiloW-HR", staged("use", grid)),
            (":disposal", 1.1, "unit:KiloGM", staged("end-of-life", ":disposal-factor")),
        ),
    )
    flows = "".join(product(name) for name in ("steel", "power", "gas", "lorry", "disposal"))
    return (
        delivered + life + flows
        + factor("steel-factor", "unit:KiloGM", 4.65) + factor("gas-factor", "unit:M3", 2.184)
        + factor("lorry-factor", "u:tonne-kilometre", 0.078) + factor("disposal-factor", "unit:KiloGM", 0.125)
    )  # fmt: skip


def by_stage(data):
    return {stage["iri"].rpartition("/")[2]: stage["value"] for stage in data["stages"]}


def test_r01_five_stages(case):
    loaded = case(kettle())
    life = loaded.footprint("kettle-life")
    assert by_stage(life) == pytest.approx(
        {
            "raw-material-acquisition": 6.5100, "manufacturing": 4.3398, "distribution": 0.0702, "use": 14.4425,
            "end-of-life": 0.1375,
        },
        rel=1e-9,
    )  # fmt: skip
    assert life["total"]["value"] == pytest.approx(25.5000, rel=1e-9)
    assert loaded.total("kettle") == pytest.approx(10.9200, rel=1e-9)


@pytest.mark.parametrize("seed", [11, 12])
def test_r01_follows_its_inputs(case, seed):
    chance = random.Random(seed)
    kwh, gas = round(chance.uniform(1, 20), 3), round(chance.uniform(0.1, 3), 3)
    expected = 6.51 + kwh * 0.5777 + gas * 2.184 + 0.0702
    assert case(kettle(kwh, gas)).total("kettle") == pytest.approx(expected, rel=1e-9)


def pfc(cf4=0.034, c2f6=0.0034, unit="unit:KiloGM"):
    return process(
        "aluminium", unit="unit:TONNE", emissions=(("flow:CF4-fossil", cf4, unit), ("flow:C2F6-fossil", c2f6, unit))
    )


@pytest.mark.parametrize(("gwp", "expected"), [("AR4", 292.74), ("AR5", 263.16), ("AR6", 293.08)])
def test_r02_one_inventory_under_three_reports(case, gwp, expected):
    data = case(pfc()).footprint("aluminium", gwp=gwp)
    assert data["total"]["value"] == pytest.approx(expected, abs=1e-9)
    assert data["gwp_sets"] == [gwp]
    assert {gas["name_en"]: gas["mass_kg"] for gas in data["gases"]} == pytest.approx(
        {"tetrafluoromethane (PFC-14)": 0.034, "hexafluoroethane (PFC-116)": 0.0034}
    )


@pytest.mark.parametrize("seed", [21, 22])
def test_r02_follows_its_inputs(case, seed):
    """Potentials of AR6 (WG1 Table 7.SM.7): CF4 7380, C2F6 12400; amounts in grams."""
    chance = random.Random(seed)
    cf4, c2f6 = round(chance.uniform(1, 90), 4), round(chance.uniform(0.1, 9), 4)
    total = case(pfc(cf4, c2f6, "unit:GM")).total("aluminium")
    assert total == pytest.approx((cf4 * 7380 + c2f6 * 12400) / 1000, rel=1e-12)


def test_r02_methane_by_origin(case):
    """Fossil methane 29.8, biogenic 27.0, unknown 27.9 under AR6 (IPCC AR6 WG1 Table 7.15)."""
    flows = ("CH4_fossil-fossil", "CH4_biogenic-biogenic-non-co2", "CH4_unspecified-fossil")
    totals = [case(process("x", emissions=((f"flow:{flow}", 1),))).total("x") for flow in flows]
    assert totals == pytest.approx([29.8, 27.0, 27.9])


def test_r03_declared_unit(case):
    """0.0141 kg/kWh hydropower with 8 % loss: 15.228 kg per MWh delivered."""
    loaded = case(
        process(
            "delivered",
            unit="unit:KiloW-HR",
            inputs=((":power", 1.08, "unit:KiloW-HR", "tm:defaultProvider ef:footprint-CN-hydro-2024 ;"),),
        )
        + product("power")
    )
    megawatt_hour = "http://qudt.org/vocab/unit/MegaW-HR"
    assert loaded.total("delivered", 1.0, megawatt_hour) == pytest.approx(15.228, rel=1e-12)
    assert loaded.total("delivered", 1000.0) == pytest.approx(15.228, rel=1e-12)
    assert loaded.footprint("delivered", 1.0, megawatt_hour)["unit"]["iri"] == megawatt_hour


PRICES = {"cathode": 70, "acid": 0.35, "gold": 560000, "silver": 7200}


def smelter(method, more="", joint=2850):
    """The copper smelter of rule R05."""
    text = process(
        "cathode",
        amount=1000,
        more=more or f"tm:allocationMethod method:{method} ;",
        emissions=(("flow:CO2-fossil", joint),),
        outputs=((":acid", 3.2, "unit:TONNE"), (":gold", 10, "unit:GM"), (":silver", 0.35)),
    )
    text += "".join(product(name) for name in PRICES if name != "cathode")
    for name, price in PRICES.items():
        text += (
            f":{name} tm:hasProperty :{name}-price . :{name}-price a tm:PropertyValue ; tm:property property:price ; "
        )
        text += f"tm:amount {price} ; tm:unit unit:CCY_CNY ; tm:perUnit unit:KiloGM .\n"
    return text


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("mass", {"cathode": 678.51, "acid": 2171.24, "gold": 0.01, "silver": 0.24}),
        ("economic", {"cathode": 2517.67, "acid": 40.28, "gold": 201.41, "silver": 90.64}),
    ],
)
def test_r05_allocation(case, method, expected):
    loaded = case(smelter(method))
    amounts = {"cathode": 1000.0, "acid": 3.2, "gold": 10.0, "silver": 0.35}
    found = {name: loaded.total(name, amount) for name, amount in amounts.items()}
    assert {name: round(kg, 2) for name, kg in found.items()} == expected
    assert sum(found.values()) == pytest.approx(2850.0, rel=1e-12)


def test_r05_subdivision_stated_in_the_graph(case):
    text = smelter("", more="tm:allocationMethod method:subdivision ;").replace(
        ":cathode-emission-1 a tm:Exchange ;", ":cathode-emission-1 a tm:Exchange ; tm:allocatedTo :cathode-output-1 ;"
    )
    loaded = case(text)
    assert [loaded.total(name) for name in ("cathode", "acid")] == [0.0, pytest.approx(2850 / 3.2)]


def test_r05_stated_factors(case):
    shares = {"cathode-out": 0.7, "cathode-output-1": 0.2, "cathode-output-2": 0.06, "cathode-output-3": 0.04}
    stated = "".join(f":{name} tm:allocationFactor {share} .\n" for name, share in shares.items())
    loaded = case(smelter("stated") + stated)
    assert loaded.total("gold", 10.0) == pytest.approx(0.06 * 2850, rel=1e-12)
    with pytest.raises(AllocationError, match=r"sum to 0.99"):
        case(smelter("stated") + stated.replace("0.04", "0.03")).total("gold")


def test_r07_reported_apart(case):
    """Bioethanol of PACT 3.0.3 example-1: 0.356 without uptake, -1.254 with; "of which" lines are not added."""
    emissions = (
        ("flow:CO2-fossil", 0.35),
        ("flow:CO2-land-management-biogenic-co2", 0.004),
        ("flow:N2O-biogenic-non-co2", 0.002 / 273),
        ("flow:CO2-biogenic-co2-uptake", -1.61),
        (":of-which", 0.03),
    )
    memo = ":of-which a tm:ElementaryFlow ; tm:gas gas:CO2 ; tm:emissionCategory category:land-management-fossil .\n"
    data = case(process("bioethanol", unit="unit:L", emissions=emissions) + memo).footprint("bioethanol")
    assert data["total"]["value"] == pytest.approx(0.356, rel=1e-12)
    assert data["total_including_biogenic_co2"]["value"] == pytest.approx(-1.254, rel=1e-12)
    categories = {line["iri"].rpartition("/")[2]: line["value"] for line in data["categories"]}
    assert categories == pytest.approx(
        {
            "fossil": 0.35, "land-management-biogenic-co2": 0.004, "biogenic-non-co2": 0.002, "biogenic-co2-uptake": -1.61,
            "land-management-fossil": 0.03,
        }
    )  # fmt: skip
    assert "biogenic-co2" in {assumption["code"] for assumption in data["assumptions"]}


def test_r07_flight_is_of_which(case):
    data = case(process("flight", emissions=(("flow:CO2-fossil-aircraft", 3), ("flow:CO2-fossil", 1)))).footprint(
        "flight"
    )
    assert data["total"]["value"] == 4.0
    assert {"iri": "aircraft", "of_which": True, "value": 3.0} in data["categories"]


@pytest.mark.parametrize("removal", ["land-management-biogenic-removal", "technological-removal", "ccs-capture"])
def test_r07_removals_count_negative_in_the_total(case, removal):
    data = case(process("x", emissions=(("flow:CO2-fossil", 5), (f"flow:CO2-{removal}", -2)))).footprint("x")
    assert data["total"]["value"] == 3.0


def smelting_power(key, kwh=13400):
    return process(
        "metal", unit="unit:TONNE", inputs=((":power", kwh, "unit:KiloW-HR", f"tm:defaultProvider ef:{key} ;"),)
    ) + product("power")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("footprint-CN-grid-average-2024", 7741.2),
        ("footprint-CN-coal-2024", 12381.6),
        ("footprint-CN-hydro-2024", 188.9),
    ],
)  # 13400 kWh x 0.5777, 0.9240, 0.0141 (announcement of MEE, NBS and NEA, 2025-09-28)
def test_r08_electricity(case, key, expected):
    data = case(smelting_power(key)).footprint("metal")
    assert round(data["total"]["value"], 1) == expected
    assert data["gwp_sets"] == ["unknown"]
    assumed = {assumption["code"]: assumption for assumption in data["assumptions"]}
    assert assumed["gwp-set-unknown"]["share"] == pytest.approx(1.0)
    assert ("factor-losses" in assumed) == (key == "footprint-CN-grid-average-2024")  # the others exclude losses


def test_r08_three_contracts(case):
    """40 % direct hydro, 30 % wind, 30 % grid: 2528.2 with the contracts, 4720.3 with wind taken as grid."""

    def mixed(wind):
        shares = (("footprint-CN-hydro-2024", 5360), (wind, 4020), ("footprint-CN-grid-average-2024", 4020))
        listed = tuple((":power", kwh, "unit:KiloW-HR", f"tm:defaultProvider ef:{key} ;") for key, kwh in shares)
        return case(process("metal", unit="unit:TONNE", inputs=listed) + product("power")).total("metal")

    assert round(mixed("footprint-CN-wind-2024"), 1) == 2528.2
    assert round(mixed("footprint-CN-grid-average-2024"), 1) == 4720.3


def test_r08_a_co2_only_factor_is_refused(case):
    """Rule R08, the trap: with the Yunnan CO2 factor the metal would look like 1786.2."""
    key = "co2-CN-YN-grid-average-2023"
    with pytest.raises(InvalidInventory, match=rf"{key}> may not enter a product footprint.*ElectricityCO2Factor"):
        case(smelting_power(key)).total("metal")


def test_r08_a_refused_factor_elsewhere_stops_nobody(case):
    other = process("other", emissions=(("flow:CO2-fossil", 4),))
    data = case(smelting_power("co2-CN-AH-grid-average-2023") + other).footprint("other")
    assert data["total"]["value"] == 4.0
    assert "upstream-part" in {assumption["code"] for assumption in data["assumptions"]}


ANODE = 0.42 * (1 - 0.02 - 0.004) * 44 / 12
CF4 = 0.122 * 0.05 * 2  # slope x anode effects per cell-day x minutes (IR (EU) 2025/2547 Annex II B.7, PFPB L)


def cell(anode_t=ANODE, cf4=CF4, c2f6=CF4 * 0.097):
    emissions = (
        ("flow:CO2-fossil", f"{anode_t:.12f}", "unit:TONNE"),
        ("flow:CF4-fossil", f"{cf4:.12f}"),
        ("flow:C2F6-fossil", f"{c2f6:.12f}"),
    )
    return process("liquid", unit="unit:TONNE", emissions=emissions)


@pytest.mark.parametrize(("carbon", "expected"), [(0.42, 1.5030), (0.411, 1.4708)])
def test_r16_anode(case, carbon, expected):
    data = case(cell(carbon * (1 - 0.02 - 0.004) * 44 / 12, 0, 0)).footprint("liquid")
    assert round(data["total"]["value"] / 1000, 4) == expected


def test_r16_pfc_by_slope(case):
    """0.1 anode-effect minutes: CF4 0.01220 kg, C2F6 0.001183 kg per tonne; 104.71 (AR6), 94.02 (AR5)."""
    loaded = case(cell(0))
    assert round(loaded.total("liquid"), 2) == 104.71
    assert round(loaded.total("liquid", gwp="AR5"), 2) == 94.02
    masses = [round(gas["mass_kg"], 6) for gas in loaded.footprint("liquid")["gases"]]
    assert masses == [0.0122, 0.001183]


def test_r16_pfc_by_overvoltage(case):
    """OVC 1.16 x 1.5 mV / 95 %: CF4 0.01832 kg; with a C2F6 fraction of 0.121 146.03 (AR5)."""
    cf4 = 1.16 * 1.5 / 95
    assert round(cf4, 5) == 0.01832
    assert round(case(cell(0, cf4, cf4 * 0.121)).total("liquid", gwp="AR5"), 2) == 146.03


def test_r16_direct_emissions(case):
    """What CBAM counts of the grid case: 1.5971 t/t, anode and PFC under AR5."""
    assert round(case(cell()).total("liquid", gwp="AR5") / 1000, 4) == 1.5971


def chain(own=120, ingot_use=1.08, ingot_own=9400, alumina_use=1.92, alumina=1250):
    """Rule R31: alumina, ingot, profile."""
    return (
        process("alumina", unit="unit:TONNE", emissions=(("flow:CO2-fossil", alumina),))
        + process("ingot", unit="unit:TONNE", inputs=((":alumina", alumina_use, "unit:TONNE"),), emissions=(("flow:CO2-fossil", ingot_own),))
        + process("profile", unit="unit:TONNE", inputs=((":ingot", ingot_use, "unit:TONNE"),), emissions=(("flow:CO2-fossil", own),))
    )  # fmt: skip


def test_r31_roll_up(case):
    loaded = case(chain())
    assert loaded.total("ingot") == pytest.approx(11800.0, rel=1e-12)
    assert loaded.total("profile") == pytest.approx(12864.0, rel=1e-12)


@pytest.mark.parametrize("seed", [31, 32, 33])
def test_r31_follows_its_inputs(case, seed):
    chance = random.Random(seed)
    numbers = {"own": 120, "ingot_use": 1.08, "ingot_own": 9400, "alumina_use": 1.92, "alumina": 1250}
    changed = chance.choice(list(numbers))
    numbers[changed] = round(numbers[changed] * chance.uniform(0.1, 6), 4)
    n = numbers
    expected = n["own"] + n["ingot_use"] * (n["ingot_own"] + n["alumina_use"] * n["alumina"])
    assert case(chain(**numbers)).total("profile") == pytest.approx(expected, rel=1e-12)


def test_r31_with_internal_recycling(case):
    """Scrap of the profile goes back: 0.1 t profile per t ingot. F = 120 + 1.08 x (9400 + 2400 + 0.1 F)."""
    recycled = chain() + ":ingot-making tm:input :scrap .\n" + exchange("scrap", ":profile", 0.1, "unit:TONNE")
    assert case(recycled).total("profile") == pytest.approx((120 + 1.08 * 11800) / (1 - 0.108), rel=1e-12)


@pytest.mark.parametrize("kind", ["CarbonCredit", "AvoidedEmissionsClaim"])
def test_r09_credits_and_avoided_emissions_may_not_stand_in_an_inventory(case, kind):
    """Rule R09: they stand beside the footprint, never in it, whatever else the flow is called."""
    claim = f":claim a tm:{kind}, tm:ElementaryFlow ; tm:gas gas:CO2 ; tm:emissionCategory category:fossil .\n"
    loaded = case(process("metal", emissions=(("flow:CO2-fossil", 10), (":claim", -4))) + claim)
    with pytest.raises(InvalidInventory, match=f"{kind}>, which may not enter a product footprint"):
        loaded.total("metal")


def test_r09_leaves_other_products_and_mere_statements_alone(case):
    claim = ":claim a tm:CarbonCredit .\n"
    text = process("metal", emissions=(("flow:CO2-fossil", 10),)) + claim
    assert case(text).total("metal") == pytest.approx(10)
    mixed = text + process("other", outputs=((":claim", 1),))
    assert case(mixed).total("metal") == pytest.approx(10)
    with pytest.raises(InvalidInventory, match="CarbonCredit"):
        case(mixed).total("other")
