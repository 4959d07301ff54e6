"""Competency questions that a command answers: electricity, allocation, data quality, uncertainty."""

import math

import pytest
from chains import EX, process, product

from graphstore.answers.graph import Calculation
from graphstore.answers.uncertainty import Asked, uncertainty
from graphstore.answers.variants import variants
from schemes.electricity import Question, choose, why
from schemes.quality import quality


def test_question_3_which_electricity_factor_under_each_scheme(demo_store):
    """40 % by direct line from hydropower, 30 % wind by contract, 30 % grid, of 13400 kWh in 2024.

    GB/T 24067: 13400 x (0.4 x 0.0141 + 0.3 x 0.0324 + 0.3 x 0.5777) = 2528.178; an EU battery refuses the contract:
    13400 x (0.4 x 0.0141 + 0.6 x 0.5777) = 4720.284; CBAM does not charge the power of aluminium.
    """
    supply = ("direct:hydro:0.4", "contract:wind:0.3:all", "grid:0.3")
    asked = Question(2024, "CN", supply=supply, schemes=("gbt-24067", "eu-battery", "cbam"), kwh=13400)
    rows = {row["iri"].rpartition("/")[2]: row for row in choose(Calculation(demo_store), asked)["schemes"]}
    assert {name: (row["verdict"], pytest.approx(row["total"]["value"])) for name, row in rows.items()} == {
        "gbt-24067": ("footprint", 2528.178),
        "eu-battery": ("footprint", 4720.284),
        "cbam": ("not-charged", 0),
    }
    used = {
        name: [line["factor"]["value"] for line in row["lines"] if line["factor"] is not None]
        for name, row in rows.items()
    }
    assert used["gbt-24067"] == [0.0141, 0.0324, 0.5777]
    assert used["eu-battery"] == [0.0141, 0.5777, 0.5777]
    for row in rows.values():
        for line in row["lines"]:
            assert line["reason_en"]
            assert line["reason_zh"]
            assert line["documents"]
            assert line["legal_status"]["iri"]
    (contract,) = [line for line in rows["eu-battery"]["lines"] if not line["accepted"]]
    assert contract["supply"]["what"]["iri"].endswith("/wind")


def test_question_5_why_is_0_4419_of_guangdong_not_allowed(demo_store):
    """No: kind, rule, document, and the footprint factor of the same year instead; 13400 kWh differ by 2393.24 kg."""
    found = why(Calculation(demo_store), "0.4419", "13400")
    assert not found["allowed"]
    assert found["factor"]["kind"]["iri"].endswith("#ElectricityCO2Factor")
    assert found["factor"]["document_number"] == "公告2025年第47号"
    assert found["rule"]["identifier"] == "GEN-15"
    assert "CO2 of the generation stage only" in found["reason_en"]
    assert found["documents"]
    assert (found["alternative"]["year"], found["alternative"]["value"]) == (2023, 0.6205)
    assert why(Calculation(demo_store), "footprint-CN-grid-average-2024")["allowed"]


PRICES = {"cathode": 70, "acid": 0.35, "gold": 560000, "silver": 7200}


def test_question_13_allocation_methods_and_system_expansion_side_by_side(case):
    """Toy smelter of rule R05: 2850 kg CO2e for 1000 kg cathode, 3200 kg acid, 10 g gold, 350 g silver.

    By mass 2850 x 1000 / 4200.36 = 678.51, by value 2850 x 70000 / 79240 = 2517.67. Acid made elsewhere at 0.12 kg is
    credited with 384; the metals share 2466 by value, the cathode 70000 / 78120 of it.
    """
    outputs = (
        (":acid", 3200, "unit:KiloGM", "tm:displaces :spare-acid-making ; tm:substitutionRatio 1 ;"),
        (":gold", "0.010"),
        (":silver", "0.35"),
    )
    text = process(
        "cathode",
        amount=1000,
        more="tm:allocationMethod method:economic ;",
        outputs=outputs,
        emissions=(("flow:CO2-fossil", 2850),),
    )
    text += process("spare-acid", emissions=(("flow:CO2-fossil", 0.12),))
    text += "".join(product(name) for name in PRICES if name != "cathode")
    text += "".join(
        f":{name} tm:hasProperty :{name}-price . :{name}-price a tm:PropertyValue ; tm:property property:price ; "
        f"tm:amount {amount} ; tm:unit unit:CCY_CNY ; tm:perUnit unit:KiloGM .\n"
        for name, amount in PRICES.items()
    )
    data = variants(case(text).calculation(), f"{EX}cathode", 1000.0)
    rows = {row["method"].get("notation", "stated"): row for row in data["rows"]}
    totals = {name: row["total"]["value"] for name, row in rows.items() if row["applicable"]}
    assert totals["mass"] == pytest.approx(2850 * 1000 / 4200.36)
    assert totals["economic"] == totals["stated"] == pytest.approx(2850 * 70000 / 79240)
    assert totals["system-expansion"] == pytest.approx(2466 * 70000 / 78120)
    assert rows["system-expansion"]["credits"] == pytest.approx(-384 * 70000 / 78120)
    assert data["spread"]["factor"] == pytest.approx(totals["economic"] / totals["mass"])
    assert all(rows[name]["condition_en"] and rows[name]["condition_zh"] for name in ("mass", "economic"))
    assert "energy allocation needs an energy" in rows["energy"]["reason"]


def scored(node, scale, **scores):
    """Scores of a node on a scale."""
    return "".join(
        f":{node} tm:quality :{node}-{scale}-{name} . :{node}-{scale}-{name} a tm:DataQualityScore ; tm:score {score} ; "
        f"tm:indicator id:data-quality\\/{name} ; tm:scale id:data-quality-scale\\/{scale} .\n"
        for name, score in scores.items()
    )


def test_question_14_share_of_primary_data_and_level_of_quality(case):
    """60 kg measured, 40 kg from measured power by a published factor: all activity data are primary, 60 % also the factor.

    Technology 0.6 x 1 + 0.4 x 2 = 1.4, geography 0.6 + 0.4 x 4 = 2.2, time 1, precision 1: their mean is 1.4, excellent.
    """
    primary, secondary = "tm:dataKind id:data-kind\\/primary ;", "tm:dataKind id:data-kind\\/secondary ;"
    text = process(
        "bread",
        inputs=((":power", 80, "unit:KiloW-HR", f"tm:defaultProvider :grid ; {primary}"),),
        emissions=(("flow:CO2-fossil", 60, "unit:KiloGM", primary),),
    )
    text += product("power")
    text += f":grid a tm:EmissionFactor ; tm:perUnit unit:KiloW-HR ; tm:co2e 0.5 ; tm:gwpSet set:AR6 ; {secondary} tm:illustrative true .\n"
    text += scored("bread-emission-1", "pef-1-5", technological=1, geographical=1, temporal=1, precision=1)
    text += scored("bread-in-1", "pef-1-5", technological=2, geographical=4, temporal=1, precision=1)
    data = quality(case(text).calculation(), f"{EX}bread")
    shares = {reading: found["share"] for reading, found in data["primary_data"]["readings"].items()}
    assert shares == {"activity": pytest.approx(1), "strict": pytest.approx(0.6)}
    (rated,) = [found for found in data["ratings"] if found["scale"]["iri"].endswith("/pef-1-5")]
    values = {found["iri"].rpartition("/")[2]: found["value"] for found in rated["indicators"]}
    assert values == pytest.approx({"technological": 1.4, "geographical": 2.2, "temporal": 1, "precision": 1})
    assert rated["rating"] == pytest.approx(1.4)
    assert rated["level"]["iri"].endswith("/excellent")


def test_question_15_the_95_percent_interval_and_the_input_that_drives_it(case):
    """100 kg within 10 % and 50 kg within 40 %: the half-widths 10 and 20 add up to the root of 500; the second makes 80 %."""
    text = process(
        "bread",
        emissions=(
            ("flow:CO2-fossil", 100, "unit:KiloGM", "tm:relativeHalfWidth95 0.1 ;"),
            ("flow:CO2-fossil", 50, "unit:KiloGM", "tm:relativeHalfWidth95 0.4 ;"),
        ),
    )
    data = uncertainty(case(text).calculation(), f"{EX}bread", asked=Asked(draws=20_000, seed=3))
    first, drawn = data["first_order"], data["monte_carlo"]
    assert first["half_width"] == pytest.approx(math.sqrt(500), rel=1e-3)
    assert (first["low"], first["high"]) == pytest.approx((150 - math.sqrt(500), 150 + math.sqrt(500)), rel=1e-3)
    drivers = [(driver["iri"].removeprefix(EX), driver["share_of_variance"]) for driver in data["drivers"]]
    assert drivers == [("bread-emission-2", pytest.approx(0.8)), ("bread-emission-1", pytest.approx(0.2))]
    assert drawn["percentiles"]["2.5"] == pytest.approx(first["low"], abs=5 * drawn["percentile_errors"]["2.5"])
    assert drawn["percentiles"]["97.5"] == pytest.approx(first["high"], abs=5 * drawn["percentile_errors"]["97.5"])
