"""The circular footprint formula and the models that are cases of it (rule R06)."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventories import Book

from footprint.assemble import assemble
from footprint.errors import RecyclingError
from footprint.gaps import Assumption, Reading
from footprint.inventory import RecyclingParameters as Parameters
from footprint.inventory import RecyclingRole as Role
from footprint.recycling import coefficients

# The aluminium part of rule R06, kg CO2e per kg.
PART = Parameters(r1=0.3, r2=0.9, r3=0.0, a=0.2, b=0.0, quality_in=1.0, quality_out=1.0)
EACH = {
    Role.VIRGIN_MATERIAL: 12.0,
    Role.RECYCLED_MATERIAL: 0.8,
    Role.RECYCLING_AT_END_OF_LIFE: 0.7,
    Role.DISPLACED_VIRGIN_MATERIAL: 12.0,
    Role.DISPOSAL: 0.02,
}
MODELS = {"cff": (math.nan, math.nan), "cut-off": (1.0, 1.0), "closed-loop": (0.0, 0.0)}


def total(parameters, each):
    found = coefficients(parameters)
    return math.fsum(found[role] * value for role, value in each.items())


def part(parameters=PART, each=EACH, model="cff", models=MODELS):
    """One part from factors, a term each."""
    inputs = [
        ("in", role.name.lower(), 1.0, "kg", {"role": role, "provider": f"factor {role.name}", "name": role.name})
        for role in each
    ]
    book = Book().process("making", ("out", "part", 1.0, "kg"), *inputs)
    for role, value in each.items():
        book.factor(f"factor {role.name}", "kg", value)
    book.recycling, book.models = {"making": parameters}, models
    book.chosen = {"making": model} if model else {}
    return book


def emitted(book, recycling=""):
    """kg CO2 of the part: what its inputs bring, each from a factor that runs once a unit."""
    made = assemble(book.inventory(), Reading(recycling=recycling))
    per_unit = dict(zip(made.system.bio_activity.tolist(), made.system.bio_amount.tolist(), strict=True))
    return sum(
        a * per_unit[p]
        for a, p in zip(made.system.tech_amount.tolist(), made.system.tech_provider.tolist(), strict=True)
    )


def test_the_part_of_rule_r06():
    found = coefficients(PART)
    value = {role: found[role] * kg for role, kg in EACH.items()}
    assert value[Role.VIRGIN_MATERIAL] + value[Role.RECYCLED_MATERIAL] == pytest.approx(11.328, rel=1e-12)
    assert value[Role.RECYCLING_AT_END_OF_LIFE] + value[Role.DISPLACED_VIRGIN_MATERIAL] == pytest.approx(
        -8.136, rel=1e-12
    )
    assert value[Role.DISPOSAL] == pytest.approx(0.002, rel=1e-12)
    assert emitted(part()) == pytest.approx(3.194, rel=1e-12)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("cut-off", 0.7 * 12 + 0.3 * 0.8 + 0.1 * 0.02),
        ("closed-loop", 12 + 0.9 * (0.7 - 12) + 0.1 * 0.02),
        ("cff", 3.194),
    ],
)
def test_models_on_the_same_part(model, expected):
    assert emitted(part(model="cff"), model) == pytest.approx(expected, rel=1e-12)
    assert emitted(part(model=model)) == pytest.approx(expected, rel=1e-12)


def test_a_model_is_data():
    """Another model is another pair of factors, and no other code."""
    half = {**MODELS, "half": (0.5, 0.5)}
    by_hand = 0.7 * 12 + 0.3 * (0.5 * 0.8 + 0.5 * 12) + 0.5 * 0.9 * (0.7 - 12) + 0.1 * 0.02
    assert emitted(part(models=half), "half") == pytest.approx(by_hand, rel=1e-12)


def test_the_energy_term():
    """(1 - B) R3 (EER - ESE): half of 0.4 x (2.5 - 1.5), and 0.2 to be disposed of."""
    parameters = replace(PART, r2=0.4, r3=0.4, b=0.5)
    with_energy = EACH | {Role.ENERGY_RECOVERY: 2.5, Role.DISPLACED_ENERGY: 1.5}
    without = 11.328 + 0.8 * 0.4 * (0.7 - 12.0) + 0.2 * 0.02
    assert emitted(part(parameters, with_energy)) == pytest.approx(without + 0.5 * 0.4 * (2.5 - 1.5), rel=1e-12)


share, kg = st.floats(0, 1), st.floats(0, 50)
parameters = st.builds(
    lambda r1, out, burned, a, b, q_in, q_out: Parameters(r1, out * (1 - burned), out * burned, a, b, q_in, q_out),
    share, share, share, share, share, share, share,
)  # fmt: skip


@given(parameters, kg, kg, kg, kg, kg, kg, kg)
def test_cff_becomes_cut_off_at_one_and_substitution_at_zero(p, ev, erec, eol, displaced, burned, energy, disposal):
    """A = B = 1: (1-R1) Ev + R1 Erec + (1-R2-R3) ED. A = B = 0: the same with R1 charged as virgin at its quality,
    plus R2 (ErecEoL - E*v Qout) + R3 (EER - ESE): worked out by hand from the formula."""
    each = dict(zip(Role, (ev, erec, eol, displaced, burned, energy, disposal), strict=True))
    left = 1 - p.r2 - p.r3
    cut_off = (1 - p.r1) * ev + p.r1 * erec + left * disposal
    assert total(replace(p, a=1.0, b=1.0), each) == pytest.approx(cut_off, abs=1e-9)
    input_side = (1 - p.r1) * ev + p.r1 * p.quality_in * ev
    substitution = input_side + p.r2 * (eol - displaced * p.quality_out) + p.r3 * (burned - energy) + left * disposal
    assert total(replace(p, a=0.0, b=0.0), each) == pytest.approx(substitution, abs=1e-9)


@given(parameters, kg, kg)
def test_without_losses_of_quality_recycling_moves_burdens_and_makes_none(p, ev, erec):
    """One material, recycled as it came (R1 = R2, equal processes, quality 1): every A gives (1-R1) Ev + R1 Erec."""
    p = replace(p, r2=p.r1, r3=0.0, quality_in=1.0, quality_out=1.0)
    each = {
        Role.VIRGIN_MATERIAL: ev, Role.RECYCLED_MATERIAL: erec, Role.RECYCLING_AT_END_OF_LIFE: erec,
        Role.DISPLACED_VIRGIN_MATERIAL: ev,
    }  # fmt: skip
    assert total(p, each) == pytest.approx((1 - p.r1) * ev + p.r1 * erec, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"r1": math.nan}, r"<making>: the recycling model needs tm:recycledContent \(R1\), which is not stated"),
        ({"a": math.nan}, r"needs tm:recyclingAllocationFactor \(A\)"),
        ({"r1": 30.0}, r"tm:recycledContent \(R1\) is not between 0 and 1 .*write 30 % as 0.3"),
        ({"r2": 0.7, "r3": 0.4}, r"R2 \+ R3 is not between 0 and 1"),
        ({"quality_out": -1.0}, r"tm:qualityRatioOut"),
        ({"r2": 0.5, "r3": 0.5}, r"the terms energy-recovery count, but no input has this"),
    ],
)
def test_parameters_that_cannot_be(change, words):
    with pytest.raises(RecyclingError, match=words):
        emitted(part(replace(PART, **change)))


def test_b_is_not_needed_where_nothing_is_burned():
    assert emitted(part(replace(PART, b=math.nan))) == pytest.approx(3.194, rel=1e-12)
    with pytest.raises(RecyclingError, match=r"needs tm:energyAllocationFactor \(B\)"):
        emitted(part(replace(PART, b=math.nan, r2=0.5, r3=0.1)))


def test_a_model_must_be_chosen_and_known():
    with pytest.raises(RecyclingError, match=r"no recycling model is chosen.*--recycling: cff, closed-loop, cut-off"):
        emitted(part(model=""))
    with pytest.raises(RecyclingError, match=r"recycling model 'magic' is not known; choose one of cff"):
        emitted(part(), "magic")


def test_a_term_that_counts_must_be_there():
    without = {role: value for role, value in EACH.items() if role is not Role.DISPOSAL}
    with pytest.raises(RecyclingError, match=r"the terms disposal count, but no input has this tm:recyclingRole"):
        emitted(part(each=without))
    assert emitted(part(replace(PART, r2=1.0), without)) == pytest.approx(11.328 + 0.8 * (0.7 - 12.0), rel=1e-12)


def test_a_role_on_what_is_no_plain_input_is_refused():
    book = part()
    book.exchanges[1]["avoided"] = True
    with pytest.raises(RecyclingError, match=r"no plain input, first <VIRGIN_MATERIAL>"):
        emitted(book)


def test_cut_off_and_substitution_on_one_flow_are_refused():
    book = part(model="cut-off")
    book.process(
        "other",
        ("out", "other part", 1.0, "kg"),
        ("in", "virgin_material", 1.0, "kg", {"role": Role.VIRGIN_MATERIAL, "name": "v"}),
    )
    book.recycling["other"] = Parameters(0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0)
    book.chosen["other"] = "closed-loop"
    book.models = {**MODELS, "closed-loop": (0.0, 1.0)}
    with pytest.raises(RecyclingError, match=r"<virgin_material> is used under cut-off and under a model with credits"):
        emitted(book)
    book.chosen["other"] = "cut-off"
    assemble(book.inventory(), Reading("cutoff"))


def test_a_credit_beside_a_recycling_term_is_refused():
    book = part()
    book.process("scrap yard", ("out", "heap", 1.0, "kg"))
    book.exchanges.append(
        {
            "process": "making",
            "side": 0,
            "flow": "virgin_material",
            "amount": 1.0,
            "unit": "kg",
            "name": "credit",
            "avoided": True,
        }
    )
    with pytest.raises(RecyclingError, match=r"<credit> credits a flow \(tm:avoided\) that a recycling term"):
        emitted(book)


def test_a_credit_of_the_model_is_no_unmarked_negative_input():
    found = assemble(part().inventory()).assumed
    assert not (found.kind == Assumption.NEGATIVE_AMOUNT).any()
