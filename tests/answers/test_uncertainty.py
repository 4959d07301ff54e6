"""How sure a footprint is, asked of a graph: rule R15, UC-10, competency question 15."""

import json
import random

import numpy as np
import pytest
from chains import EX, HEAD, Case, process, product

from graphstore import GraphStore
from graphstore.answers.uncertainty import Asked, every_product, uncertainty
from graphstore.errors import ExtractionError, UncertaintyError


def width(u):
    """A relative 95 % half-width stated by the number itself."""
    return f"tm:relativeHalfWidth95 {u} ;" if u else ""


def spread(name, family=None, **parameters):
    """A tm:Uncertainty in Turtle; parameters by their property."""
    stated = "".join(f" ; tm:{key} {value}" for key, value in parameters.items())
    kind = f" ; tm:distribution <https://w3id.org/tanmai/id/distribution/{family}>" if family else ""
    return f":{name} a tm:Uncertainty{kind}{stated} .\n"


def factor(name, kg, u=0.0, unit="unit:TONNE", more=""):
    """An emission factor of one mass of fossil CO2."""
    return (
        f':{name} a tm:EmissionFactor ; rdfs:label "{name}"@en ; {more} tm:perUnit {unit} ; tm:gasMass :{name}-mass .\n'
        f":{name}-mass tm:gas gas:CO2 ; tm:amount {kg} ; {width(u)} tm:unit unit:KiloGM ; "
        "tm:emissionCategory category:fossil .\n"
    )


# amount, its half-width, unit, factor, its half-width: rule R15
FOUR = (
    ("power", 13400, 0.02, "unit:KiloW-HR", 0.5777, 0.05),
    ("anode", 1.0, 0.03, "unit:TONNE", 1503, 0.04),
    ("alumina", 1.92, 0.01, "unit:TONNE", 1250, 0.20),
    ("pfc", 1.0, 0.0, "unit:TONNE", 293, 0.50),
)


def aluminium(terms=FOUR, name="aluminium", factors=True):
    inputs = tuple(
        (f":{term}", amount, unit, f"{width(u)} tm:defaultProvider :{term}-factor ;")
        for term, amount, u, unit, *_ in terms
    )
    text = process(name, unit="unit:TONNE", inputs=inputs)
    if factors:
        text += "".join(product(term) for term, *_ in terms)
        text += "".join(factor(f"{term}-factor", kg, u, unit) for term, _, _, unit, kg, u in terms)
    return text


def ask(case, name, against=None, amount=1.0, unit=None, settings=None, anyway=False, **asked):
    calculation = case.calculation(**(settings or {}))
    return uncertainty(calculation, EX + name, amount, unit, against and EX + against, Asked(**asked), anyway=anyway)


def alike(*names):
    """Put products into one category, without which rule R30 calls them incomparable."""
    return "".join(f":{name} tm:productGroup id:product-group\\/electrolytic-aluminium .\n" for name in names)


def tail(iri):
    return iri.rpartition("/")[2]


def test_r15_first_order(case):
    data = ask(case(aluminium()), "aluminium", method="first-order")
    assert data["total"]["value"] == pytest.approx(11937.18, abs=1e-9)
    found = data["first_order"]
    assert found["half_width"] == pytest.approx(657.17, abs=5e-3)
    assert 100 * found["half_width_relative"] == pytest.approx(5.505, abs=5e-4)
    assert (found["low"], found["high"]) == (
        pytest.approx(11937.18 - 657.17, abs=5e-3),
        pytest.approx(12594.35, abs=5e-3),
    )
    assert data["monte_carlo"] is None
    assert (data["uncertain_numbers"], data["share_without_spread"]) == (7, 0.0)


def test_r15_monte_carlo(case):
    """200,000 draws there: mean 11936.3, interval 11301..12620, half-width 5.52 %; 10,000 other ones here."""
    data = ask(case(aluminium()), "aluminium")
    found = data["monte_carlo"]
    assert (found["draws"], found["seed"], found["failed"]) == (10_000, 20261120, 0)
    assert found["mean"] == pytest.approx(11936.3, abs=4 * found["standard_error"])
    for key, expected in (("2.5", 11301), ("97.5", 12620)):
        assert found["percentiles"][key] == pytest.approx(expected, abs=4 * found["percentile_errors"][key])
    assert 100 * found["half_width_relative"] == pytest.approx(5.52, abs=0.12)
    assert found["solver"]["checked_draws"] == 5
    assert found["solver"]["largest_error_found"] < 1e-4


@pytest.mark.parametrize("seed", [31, 32])
def test_r15_follows_its_inputs(case, seed):
    chance = random.Random(seed)
    terms = [
        (name, round(q * chance.uniform(0.5, 2), 4), round(chance.uniform(0, 0.2), 3), unit,
         round(c * chance.uniform(0.5, 2), 4), round(chance.uniform(0, 0.4), 3))
        for name, q, _, unit, c, _ in FOUR
    ]  # fmt: skip
    data = ask(case(aluminium(terms)), "aluminium", method="first-order")
    total = sum(q * c for _, q, _, _, c, _ in terms)
    squares = sum((q * c) ** 2 * (uq**2 + uc**2) for _, q, uq, _, c, uc in terms)
    assert data["total"]["value"] == pytest.approx(total, rel=1e-12)
    assert data["first_order"]["half_width"] == pytest.approx(squares**0.5, rel=1e-9)


def test_question_15_which_input_drives_it(case):
    """Alumina factor 480, power factor 387.06, power 154.82 of 657.17: squares of their parts."""
    data = ask(case(aluminium()), "aluminium", drivers=3)
    names = [tail(line["iri"]) for line in data["drivers"]]
    assert names == ["alumina-factor-mass", "power-factor-mass", "aluminium-in-1"]
    assert [line["half_width_alone"] for line in data["drivers"]] == pytest.approx([480.0, 387.059, 154.8236])
    shares = [line["share_of_variance"] for line in data["drivers"]]
    assert shares == pytest.approx([(x / 657.1687676) ** 2 for x in (480.0, 387.059, 154.8236)])
    # nearly linear, so the squared correlations are the shares of the variance
    assert [line["squared_correlation"] for line in data["drivers"]] == pytest.approx(shares, abs=0.03)
    first, _, last = data["drivers"]
    assert (first["kind"], first["distribution"], first["factor"]["name_en"]) == (
        "mass of gas in a factor", "lognormal", "alumina-factor",
    )  # fmt: skip
    assert (last["kind"], last["distribution"], tail(last["process"]["iri"])) == (
        "exchange amount", "normal", "aluminium-making",
    )  # fmt: skip
    assert "spread-family" in {a["code"] for a in data["assumptions"]}


def test_every_run_gives_the_same_interval_and_a_seed_another(case):
    loaded = case(aluminium())
    first, again, other = (ask(loaded, "aluminium", draws=500, seed=s)["monte_carlo"] for s in (1, 1, 2))
    assert first == again
    assert first["percentiles"] != other["percentiles"]
    assert json.loads(json.dumps(first)) == first


def test_the_order_in_the_file_does_not_matter(case):
    text = aluminium()
    lines = text.splitlines(keepends=True)
    first = ask(case(text), "aluminium", draws=300)["monte_carlo"]["percentiles"]
    second = ask(case("".join(reversed(lines))), "aluminium", draws=300)["monte_carlo"]["percentiles"]
    assert second == pytest.approx(first, rel=1e-12)


def test_few_draws_are_reported(case):
    loaded = case(aluminium())
    assert "draws-few" in {a["code"] for a in ask(loaded, "aluminium", draws=9_999)["assumptions"]}
    assert "draws-few" not in {a["code"] for a in ask(loaded, "aluminium")["assumptions"]}


def test_an_amount_in_another_unit(case):
    one, gram = (ask(case(aluminium()), "aluminium", *rest, method="first-order") for rest in ((), (None, 2e6, "http://qudt.org/vocab/unit/GM")))  # fmt: skip
    assert gram["first_order"]["half_width"] == pytest.approx(2 * one["first_order"]["half_width"])


def test_a_product_against_itself_has_no_difference(case):
    data = ask(case(aluminium()), "aluminium", "aluminium", draws=200)["difference"]
    assert data["value"] == 0
    assert data["first_order"]["half_width"] == 0
    drawn = data["monte_carlo"]
    assert (drawn["percentiles"], drawn["standard_deviation"]) == ({"2.5": 0.0, "50": 0.0, "97.5": 0.0}, 0.0)
    assert (drawn["probability_first_lower"], drawn["probability_second_lower"]) == (0, 0)


def test_two_products_share_their_factors(case):
    """Same factors, 13,400 and 13,000 kWh exact: the difference is 400 x 0.5777, and only that factor spreads it."""
    exact = [(name, q, 0.0, unit, c, uc) for name, q, _, unit, c, uc in FOUR]
    less = [("power", 13000, *exact[0][2:]), *exact[1:]]
    loaded = case(aluminium(exact) + aluminium(less, "other", factors=False) + alike("aluminium", "other"))
    data = ask(loaded, "aluminium", "other", draws=4000)
    assert (data["comparable"], data["differing"]) == (True, [])
    assert "unstated-key" in {assumption["code"] for assumption in data["assumptions"]}
    difference = data["difference"]
    assert difference["value"] == pytest.approx(231.08)
    assert difference["first_order"]["half_width"] == pytest.approx(231.08 * 0.05)
    assert [tail(line["iri"]) for line in difference["drivers"]] == ["power-factor-mass"]
    drawn = difference["monte_carlo"]
    assert drawn["probability_second_lower"] == 1.0
    assert drawn["percentiles"]["50"] == pytest.approx(231.08, abs=4 * drawn["percentile_errors"]["50"])
    assert data["against"]["total"]["value"] == pytest.approx(11706.1)


def test_what_rule_r30_calls_incomparable_is_not_drawn(case):
    """Nobody says that the two are of one category."""
    loaded = case(aluminium() + aluminium(name="other", factors=False))
    data = ask(loaded, "aluminium", "other", draws=50)
    assert (data["comparable"], data["differing"]) == (False, ["product-category"])
    assert data.keys().isdisjoint({"total", "against", "difference", "monte_carlo"})
    data = ask(loaded, "aluminium", "other", draws=50, anyway=True)
    assert (data["comparable"], data["difference"]["value"]) == (False, 0)
    (said,) = [assumption for assumption in data["assumptions"] if assumption["code"] == "differing-key"]
    assert "product category" in said["text_en"]


def test_two_products_are_drawn_for_one_unit(case):
    """1 t of x emits 2000 kg; y is counted in kilograms and emits 3 kg each: 2000 - 3000 for a tonne."""
    text = process("x", unit="unit:TONNE", emissions=(("flow:CO2-fossil", 2000),))
    text += process("y", emissions=(("flow:CO2-fossil", 3),)) + alike("x", "y")
    data = ask(case(text), "x", "y", draws=2)
    assert data["difference"]["value"] == pytest.approx(-1000)
    assert data["against"]["unit"]["symbol"] == "t"


def test_two_products_in_different_units_are_refused(case):
    other = process("heat", unit="unit:MegaJ", emissions=(("flow:CO2-fossil", 1),))
    loaded = case(aluminium() + other + alike("aluminium", "heat"))
    assert ask(loaded, "aluminium", "heat")["differing"] == ["unit-basis"]
    with pytest.raises(UncertaintyError, match="different units"):
        ask(loaded, "aluminium", "heat", anyway=True)


def by_kind(case, text, name="thing"):
    """The only driver of a product, and its whole answer."""
    data = ask(case(text), name, method="first-order")
    return data["drivers"][0] if data["drivers"] else None, data


EMITTED = "flow:CO2-fossil"


@pytest.mark.parametrize(
    ("family", "parameters", "half_width"),
    [
        ("lognormal", {"geometricStandardDeviation": 1.2}, 1.96 * (np.exp(np.log(1.2) ** 2) - 1) ** 0.5),
        ("normal", {"standardDeviation": 0.5, "mean": 10}, 1.96 * 0.05),
        ("triangular", {"minimum": 8, "mode": 10, "maximum": 12}, 1.96 * (4 / 6) ** 0.5 / 10),
        ("uniform", {"minimum": 8, "maximum": 12}, 1.96 * 4 / 12**0.5 / 10),
        ("interval-95", {"relativeHalfWidth95": 0.1}, 0.1),
        ("normal", {"coefficientOfVariation": 0.1}, 0.196),
    ],
)
def test_every_way_to_state_a_spread(case, family, parameters, half_width):
    text = process("thing", emissions=((EMITTED, 10, "unit:KiloGM", "tm:uncertainty :u ;"),))
    line, data = by_kind(case, text + spread("u", family, **parameters))
    assert data["first_order"]["half_width_relative"] == pytest.approx(half_width)
    assert line["iri"] == EX + "thing-emission-1"


def test_a_pedigree_of_stated_factors(case):
    """Rule R15: factors 1, 1.05, 1.10, 1.02, 1.20 with a base of 1.05 make GSD2 = 1.2435."""
    scores = "".join(
        f":score-{n} a tm:DataQualityScore ; tm:uncertaintyFactor {u} .\n"
        for n, u in enumerate((1, 1.05, 1.10, 1.02, 1.20))
    )
    stated = "tm:quality :score-0, :score-1, :score-2, :score-3, :score-4 ; tm:baseUncertainty 1.05 ;"
    text = process("thing", emissions=((EMITTED, 10, "unit:KiloGM", stated),)) + scores
    line, data = by_kind(case, text)
    sigma = np.log(1.2435) / 2
    assert line["stated_as"] == "pedigree"
    assert data["first_order"]["half_width_relative"] == pytest.approx(1.96 * np.sqrt(np.expm1(sigma**2)), rel=1e-3)


def test_scores_without_factors_are_no_spread(case):
    """No table of factors ships: what a source does not state is not assumed."""
    text = process("thing", emissions=((EMITTED, 10, "unit:KiloGM", "tm:quality :s ; tm:baseUncertainty 1.05 ;"),))
    line, data = by_kind(case, text + ":s a tm:DataQualityScore ; tm:score 3 .\n")
    assert (line, data["uncertain_numbers"], data["share_without_spread"]) == (None, 0, 1.0)
    assert "spread-not-stated" in {a["code"] for a in data["assumptions"]}


def test_a_spread_of_a_converted_amount_stands_in_the_unit_of_the_source(case):
    """2.2 lb stated with a deviation of 0.22 lb, kept as 0.9979 kg."""
    more = "tm:statedAmount 2.2 ; tm:statedUnit unit:LB ; tm:uncertainty :u ;"
    text = process("thing", emissions=((EMITTED, 0.9979, "unit:KiloGM", more),))
    _, data = by_kind(case, text + spread("u", "normal", standardDeviation=0.22))
    assert data["first_order"]["half_width_relative"] == pytest.approx(0.196)


def test_a_factor_as_a_whole_and_one_mass_in_it(case):
    """CO2 8 kg and fossil CH4 1 kg (29.8): 10 % of all 37.8 together, 20 % of the methane alone."""
    text = process("thing", inputs=((":in", 1, "unit:KiloGM", "tm:defaultProvider :f ;"),)) + product("in")
    text += (
        f":f a tm:EmissionFactor ; tm:perUnit unit:KiloGM ; {width(0.1)} tm:gasMass :m2, :m1 .\n"
        ":m1 tm:gas gas:CO2 ; tm:amount 8 ; tm:unit unit:KiloGM ; tm:emissionCategory category:fossil .\n"
        f":m2 tm:gas gas:CH4_fossil ; tm:amount 1 ; {width(0.2)} tm:unit unit:KiloGM ; tm:emissionCategory category:fossil .\n"
    )
    data = ask(case(text), "thing", draws=2000)
    effects = {tail(line["iri"]): line["half_width_alone"] for line in data["drivers"]}
    assert effects == pytest.approx({"f": 3.78, "m2": 5.96})
    assert {line["kind"] for line in data["drivers"]} == {"emission factor", "mass of gas in a factor"}
    drawn = data["monte_carlo"]
    closed = ((3.78**2 + 5.96**2) ** 0.5) / 1.96
    assert drawn["standard_deviation"] == pytest.approx(closed, rel=0.08)
    assert drawn["solver"]["method"] == "fixed supply chain"


def test_a_factor_that_states_only_co2e_may_state_a_deviation(case):
    text = process("thing", inputs=((":in", 2, "unit:KiloGM", "tm:defaultProvider :f ;"),)) + product("in")
    text += ":f a tm:EmissionFactor ; tm:perUnit unit:KiloGM ; tm:co2e 5 ; tm:gwpSet set:AR6 ; tm:uncertainty :u .\n"
    _, data = by_kind(case, text + spread("u", "normal", standardDeviation=0.5))
    assert data["first_order"]["half_width"] == pytest.approx(2 * 1.96 * 0.5)


def test_a_reference_output_is_uncertain_too(case):
    """10 kg of CO2 for 4 kg of product: dF/dm = -2.5."""
    text = process("thing", amount=4, emissions=((EMITTED, 10),)) + ":thing-out tm:relativeHalfWidth95 0.1 .\n"
    line, data = by_kind(case, text)
    assert data["first_order"]["half_width"] == pytest.approx(0.25)
    assert (tail(line["iri"]), data["share_without_spread"]) == ("thing-out", 0.0)


def test_an_exchange_shared_by_co_products_is_one_draw(case):
    """Two products of 1 and 3 kg share 8 kg of CO2 by mass; both together have all of its spread, none is independent."""
    pair = process(
        "a", emissions=((EMITTED, 8, "unit:KiloGM", width(0.1)),), outputs=((":b", 3),),
        more="tm:allocationMethod method:mass ;",
    )  # fmt: skip
    users = process("both", inputs=((":a", 1), (":b", 3))) + product("b")
    data = ask(case(pair + users), "both", method="first-order")
    assert data["total"]["value"] == pytest.approx(8)
    assert data["first_order"]["half_width"] == pytest.approx(0.8)
    assert data["uncertain_numbers"] == 1


def test_an_uncertain_co_product_is_reported_with_its_allocation_held(case):
    pair = process("a", emissions=((EMITTED, 8),), outputs=((":b", 3),), more="tm:allocationMethod method:mass ;")
    text = pair + product("b") + ":a-out tm:relativeHalfWidth95 0.1 .\n"
    line, data = by_kind(case, text, "a")
    assert data["first_order"]["half_width"] == pytest.approx(0.2)
    assert tail(line["iri"]) == "a-out"
    assert "spread-shares-held" in {a["code"] for a in data["assumptions"]}


def test_a_credit_and_a_removal_keep_their_sign(case):
    """A lognormal of a negative amount is negative in every draw."""
    more = "tm:uncertainty :u ;"
    text = process("thing", emissions=(("flow:CO2-technological-removal", -2, "unit:KiloGM", more),))
    flows = (
        "flow:CO2-technological-removal a tm:ElementaryFlow ; tm:gas gas:CO2 ; "
        "tm:emissionCategory category:technological-removal .\n"
    )
    data = ask(case(text + flows + spread("u", "lognormal", geometricStandardDeviation=2)), "thing", draws=500)
    assert data["total"]["value"] == pytest.approx(-2)
    assert data["monte_carlo"]["percentiles"]["97.5"] < 0
    assert data["first_order"]["low"] < -2 < data["first_order"]["high"]


def test_a_loop_with_uncertain_use(case):
    """Power uses 0.1 of itself through a mine: 1 / (1 - 0.1 m), m normal with 10 %."""
    text = process("power", unit="unit:KiloW-HR", inputs=((":coal", 1),), emissions=((EMITTED, 1),))
    text += process("coal", inputs=((":power", 0.1, "unit:KiloW-HR", "tm:uncertainty :u ;"),))
    data = ask(case(text + spread("u", "normal", standardDeviation=0.01)), "power", draws=3000)
    assert data["first_order"]["half_width"] == pytest.approx(1.96 * 0.01 / 0.81, rel=1e-9)
    drawn = data["monte_carlo"]
    for key, z in (("2.5", -1.959964), ("97.5", 1.959964)):
        assert drawn["percentiles"][key] == pytest.approx(
            1 / (1 - 0.1 - 0.01 * z), abs=4 * drawn["percentile_errors"][key]
        )


def test_the_share_that_rests_on_no_stated_spread(case):
    """Of 10: 4 come through an uncertain input, 1 is an uncertain emission, 5 are exact all the way."""
    text = process("thing", inputs=((":sure", 1), (":unsure", 1, "unit:KiloGM", width(0.1))),
                   emissions=((EMITTED, 1, "unit:KiloGM", width(0.1)), (EMITTED, 2)))  # fmt: skip
    text += process("sure", emissions=((EMITTED, 3),)) + process("unsure", emissions=((EMITTED, 4),))
    data = ask(case(text), "thing", method="first-order")
    assert data["share_without_spread"] == pytest.approx(0.5)
    assert next(a for a in data["assumptions"] if a["code"] == "spread-not-stated")["share"] == pytest.approx(0.5)


BAD = spread("u", "lognormal", geometricStandardDeviation=0.0)


def test_an_inconsistent_spread_names_the_exchange_and_the_cure(case):
    loaded = case(process("thing", emissions=((EMITTED, 10, "unit:KiloGM", "tm:uncertainty :u ;"),)) + BAD)
    with pytest.raises(UncertaintyError, match=r"<https://example.org/thing-emission-1>.*below 1.*--unusable exact"):
        ask(loaded, "thing")
    data = ask(loaded, "thing", unusable="exact", draws=10)
    assert data["first_order"]["half_width"] == 0
    assert next(a for a in data["assumptions"] if a["code"] == "spread-unusable")["subjects"] == [
        EX + "thing-emission-1"
    ]


def test_an_inconsistent_spread_elsewhere_does_not_matter(case):
    other = process("other", emissions=((EMITTED, 10, "unit:KiloGM", "tm:uncertainty :u ;"),)) + BAD
    loaded = case(aluminium() + other)
    assert ask(loaded, "aluminium", method="first-order")["first_order"]["half_width"] == pytest.approx(
        657.17, abs=5e-3
    )
    with pytest.raises(UncertaintyError):
        every_product(loaded.calculation(), Asked(draws=10))


def test_a_zero_with_a_spread_is_refused_in_its_own_chain_only(case):
    zero = process("thing", emissions=((EMITTED, 0, "unit:KiloGM", "tm:uncertainty :u ;"), (EMITTED, 1)))
    loaded = case(zero + spread("u", "normal", standardDeviation=1) + process("other", emissions=((EMITTED, 1),)))
    assert ask(loaded, "other", draws=10)["uncertain_numbers"] == 0
    with pytest.raises(UncertaintyError, match="amount is zero"):
        ask(loaded, "thing")


def test_contradictions_of_the_graph_are_named(case):
    text = process("thing", emissions=((EMITTED, 10, "unit:KiloGM", "tm:uncertainty :u, :v ;"),))
    loaded = case(text + spread("u", "normal", standardDeviation=1) + spread("v", "normal", standardDeviation=2))
    with pytest.raises(
        ExtractionError, match=r"more than one tm:uncertainty, first <https://example.org/thing-emission-1>"
    ):
        ask(loaded, "thing")
    loaded = case(text.replace(":u, :v", ":u") + spread("u", "gamma", mean=1))
    with pytest.raises(ExtractionError, match="distribution/gamma>, which is not known"):
        ask(loaded, "thing")
    loaded = case(
        text.replace("tm:uncertainty :u, :v", width(0.1) + "tm:uncertainty :u") + spread("u", relativeHalfWidth95=0.2)
    )
    with pytest.raises(ExtractionError, match="itself and again"):
        ask(loaded, "thing")
    twice = ":s tm:uncertaintyFactor 1.1 ; tm:indicator :i . :t tm:uncertaintyFactor 1.2 ; tm:indicator :i .\n"
    loaded = case(text.replace("tm:uncertainty :u, :v", "tm:quality :s, :t") + twice)
    with pytest.raises(ExtractionError, match="two scores for"):
        ask(loaded, "thing")


def test_unreadable_numbers_are_refused(case):
    text = process("thing", emissions=((EMITTED, 10, "unit:KiloGM", "tm:uncertainty :u ;"),))
    with pytest.raises(UncertaintyError, match="no finite number"):
        ask(case(text + spread("u", "normal", standardDeviation='"ten"')), "thing")


def test_a_wide_normal_is_reported(case):
    text = process("thing", emissions=((EMITTED, 10, "unit:KiloGM", width(1.5)),))
    codes = {a["code"] for a in ask(case(text), "thing", method="first-order")["assumptions"]}
    assert "spread-reaches-zero" in codes


def test_a_stated_median_moves_the_mean(case):
    text = process("thing", emissions=((EMITTED, 10, "unit:KiloGM", "tm:uncertainty :u ;"),))
    stated = spread("u", "lognormal", geometricMean=10, geometricStandardDeviation=1.5)
    data = ask(case(text + stated), "thing")
    drawn = data["monte_carlo"]
    assert drawn["mean"] == pytest.approx(10 * np.exp(np.log(1.5) ** 2 / 2), abs=4 * drawn["standard_error"])
    assert drawn["percentiles"]["50"] == pytest.approx(10, abs=4 * drawn["percentile_errors"]["50"])
    assert "spread-off-centre" in {a["code"] for a in data["assumptions"]}


def test_failed_draws_are_reported(case):
    text = process("power", unit="unit:KiloW-HR", emissions=((EMITTED, 1),),
                   inputs=((":power", 0.5, "unit:KiloW-HR", "tm:uncertainty :u ;"),))  # fmt: skip
    data = ask(case(text + spread("u", "uniform", minimum=0.2, maximum=1.2)), "power", draws=1000)
    failed = data["monte_carlo"]["failed"]
    assert 150 < failed < 250  # a fifth of the range uses up the product
    assert any(a["code"] == "draws-failed" and str(failed) in a["text_en"] for a in data["assumptions"])


@pytest.mark.parametrize("wrong", [{"method": "bootstrap"}, {"unusable": "drop"}])
def test_unknown_ways_to_ask_are_refused(case, wrong):
    with pytest.raises(UncertaintyError, match="choose one of"):
        ask(case(aluminium()), "aluminium", **wrong)


def test_every_product_at_once(case):
    loaded = case(aluminium() + process("bar", unit="unit:TONNE", inputs=((":aluminium", 1.1, "unit:TONNE"),)))
    frame, failed = every_product(loaded.calculation(), Asked(draws=4000))
    rows = {tail(row["iri"]): row for row in frame.to_dicts()}
    assert (set(rows), failed) == ({"aluminium", "bar"}, 0)
    ingot, bar = rows["aluminium"], rows["bar"]
    assert ingot["kg_co2e"] == pytest.approx(11937.18)
    assert ingot["mc_mean"] == pytest.approx(11937.18, abs=4 * ingot["mc_standard_error"])
    assert ingot["mc_standard_deviation"] == pytest.approx(657.17 / 1.96, rel=0.05)
    assert bar["mc_standard_deviation"] == pytest.approx(1.1 * ingot["mc_standard_deviation"], rel=1e-6)


def test_spreads_are_kept_beside_the_generation(tmp_path, with_knowledge):
    text = aluminium()
    with GraphStore.open(with_knowledge(tmp_path / "store")) as store:
        store.load_bytes((HEAD + text).encode(), key="case", format="turtle")
        first = ask(Case(store), "aluminium", draws=50)
        kept = list((tmp_path / "store").rglob("spreads-*.arrays"))
        assert len(kept) == 1
        again = ask(Case(store), "aluminium", draws=50)
        assert again["monte_carlo"] == first["monte_carlo"]
        assert again["drivers"] == first["drivers"]
        kept[0].write_bytes(b"damaged")
        assert ask(Case(store), "aluminium", draws=50)["monte_carlo"] == first["monte_carlo"]
        store.load_bytes((HEAD + text.replace("tm:relativeHalfWidth95 0.2 ", "tm:relativeHalfWidth95 0.4 ")).encode(), key="case", format="turtle")  # fmt: skip
        wider = ask(Case(store), "aluminium", method="first-order")["first_order"]["half_width"]
        assert wider == pytest.approx((657.1687676**2 + 3 * 480**2) ** 0.5)


def test_blank_nodes_carry_spreads(case):
    text = process("thing", emissions=((EMITTED, 10, "unit:KiloGM", "tm:uncertainty [ tm:relativeHalfWidth95 0.1 ] ;"),),
                   inputs=((":in", 1, "unit:KiloGM", "tm:defaultProvider :f ;"),)) + product("in")  # fmt: skip
    text += (
        ":f a tm:EmissionFactor ; tm:perUnit unit:KiloGM ; tm:gasMass [ tm:gas gas:CO2 ; tm:amount 3 ; "
        "tm:relativeHalfWidth95 0.2 ; tm:unit unit:KiloGM ; tm:emissionCategory category:fossil ] .\n"
    )
    data = ask(case(text), "thing", draws=10)
    assert sorted(line["half_width_alone"] for line in data["drivers"]) == pytest.approx([0.6, 1.0])
