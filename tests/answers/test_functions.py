"""Footprints and conversions inside SPARQL; what cannot be computed is told beside the answer."""

import pytest
from chains import EX, exchange, process, product

from graphstore.errors import QueryError

STEEL = process("steel", emissions=(("flow:CO2-fossil", 2), ("flow:CH4_fossil-fossil", 0.1)))
CAR = process("car", unit="unit:NUM", inputs=((":steel", 500),), emissions=(("flow:CO2-fossil", 40),))
GAP = process("gap", inputs=((":nothing", 1),)) + product("nothing")
TWICE = (
    exchange("steel-b-out", ":steel", 1)
    + exchange("steel-b-co2", "flow:CO2-fossil", 3)
    + ":steel-b a tm:UnitProcess ; tm:quantitativeReference :steel-b-out ; tm:output :steel-b-out ; tm:emission :steel-b-co2 ."
)


def ask(case, text):
    result = case.store.query(f"PREFIX : <{EX}> PREFIX unit: <http://qudt.org/vocab/unit/> {text}")
    return [tuple(row) for row in result.values()], result.failures


def test_the_footprint_of_each_product_stands_in_the_row(case):
    """CH4 fossil counts 29.8 in AR6 and 30 in AR5 (IPCC): 2 + 2.98 and 2 + 3.0 per kg; 500 x 4.98 + 40 per car."""
    rows, failures = ask(
        case(STEEL + CAR),
        'SELECT ?p (tmf:footprint(?p) AS ?six) (tmf:footprint(?p, "AR5") AS ?five) { VALUES ?p { :steel :car-making } }',
    )
    assert {iri: pytest.approx((six, five)) for iri, six, five in rows} == {
        f"{EX}steel": (4.98, 5.0),
        f"{EX}car-making": (2530.0, 2540.0),
    }
    assert failures == {}


def test_the_error_bound_is_small_and_positive(case):
    rows, _ = ask(case(STEEL), "SELECT (tmf:errorBound(:steel) AS ?b) {}")
    assert 0 < rows[0][0] < 1e-12


def test_functions_filter_and_sum(case):
    rows, _ = ask(
        case(STEEL + CAR),
        "SELECT (SUM(tmf:footprint(?p)) AS ?sum) { ?p a tm:Product FILTER(tmf:footprint(?p) > 100) }",
    )
    assert rows == [(pytest.approx(2530.0),)]


def test_a_gap_is_told_unless_the_reading_cuts_it_off(case):
    loaded = case(STEEL + GAP)
    rows, failures = ask(loaded, "SELECT (tmf:footprint(:gap) AS ?v) (tmf:footprint(:steel) AS ?w) {}")
    assert rows == [(None, pytest.approx(4.98))]
    (reason,) = failures
    assert (
        f"tmf:footprint(<{EX}gap>): the supply chain of <{EX}gap-making> holds an input that nothing supplies" in reason
    )
    for text in ("unlinked=cutoff", "unlinked=cutoff; recycling=stated; gwp=AR6; strict=false; sector-average=false"):
        rows, failures = ask(loaded, f'SELECT (tmf:footprint(:gap, "{text}") AS ?v) {{}}')
        assert (rows, failures) == ([(0.0,)], {})


def test_a_product_of_two_processes_must_be_named_by_process(case):
    loaded = case(STEEL + TWICE)
    rows, failures = ask(loaded, "SELECT (tmf:footprint(:steel) AS ?v) (tmf:footprint(:steel-b) AS ?w) {}")
    assert rows == [(None, pytest.approx(3.0))]
    assert "is made by 2 processes; name one of them instead" in next(iter(failures))


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ('tmf:footprint("steel")', "which is no IRI"),
        ("tmf:footprint(:nowhere)", "No product or process"),
        ("tmf:footprint()", "it takes 1 to 2 arguments, not 0"),
        ('tmf:footprint(:steel, "AR9")', "no global warming potentials of the set"),
        ('tmf:footprint(:steel, "gwp=AR6; gwp=AR5")', "cannot read 'gwp=AR5'"),
        ('tmf:footprint(:steel, "colour=red")', "cannot read 'colour=red'"),
        ('tmf:footprint(:steel, "strict=maybe")', "Write true or false"),
        ('tmf:footprint(:steel, "unlinked=ignore")', "choose error or cutoff"),
        ("tmf:footprint(:steel, :steel)", "which is no text"),
        ('tmf:convert("much", unit:KiloGM, unit:TONNE)', "which is no number"),
        ("tmf:convert(true, unit:KiloGM, unit:TONNE)", "which is no number"),
        ('tmf:convert("NaN"^^xsd:double, unit:KiloGM, unit:TONNE)', "which is not finite"),
        ('tmf:convert("-INF"^^xsd:double, unit:KiloGM, unit:TONNE)', "which is not finite"),
        ("tmf:convert(1e308, unit:TONNE, unit:GM)", "beyond what a number can hold"),
        ("tmf:convert(1, unit:KiloGM, unit:M)", "cannot be converted"),
        ("tmf:convert(1, unit:KiloGM, :nowhere)", "unknown unit"),
        ("tmf:convert(1, unit:KiloGM)", "it takes 3 to 4 arguments, not 2"),
    ],
)
def test_what_cannot_be_computed_is_unbound_and_says_why(case, call, reason):
    rows, failures = ask(case(STEEL), f"SELECT ({call} AS ?v) {{}}")
    assert rows == [(None,)]
    assert [reason in told for told in failures] == [True]


def test_conversion_of_amounts_and_temperatures_and_by_a_stated_density(case):
    oil = (
        ":oil a tm:Product ; tm:hasProperty :oil-density . :oil-density a tm:PropertyValue ; tm:property property:density ; "
        "tm:amount 0.85 ; tm:unit unit:KiloGM ; tm:perUnit unit:L ."
    )
    loaded = case(oil)
    rows, failures = ask(
        loaded,
        "SELECT (tmf:convert(1.5, unit:TONNE, unit:KiloGM) AS ?a) (tmf:convert(20, unit:DEG_C, unit:K) AS ?b) "
        "(tmf:convert(100, unit:L, unit:KiloGM, :oil) AS ?c) {}",
    )
    assert failures == {}
    assert rows == [pytest.approx((1500, 293.15, 85))]


def test_an_unknown_function_of_ours_is_an_error_with_the_known_ones(case):
    with pytest.raises(QueryError, match="tmf:footprint, tmf:errorBound and tmf:convert"):
        ask(case(STEEL), "SELECT (tmf:carbon(:steel) AS ?v) {}")


def test_the_same_reason_is_counted_not_repeated(case):
    _, failures = ask(case(STEEL), "SELECT (tmf:footprint(:nowhere) AS ?v) { VALUES ?x { 1 2 3 } }")
    assert list(failures.values()) == [3]


def test_an_update_may_not_call_them(case):
    with pytest.raises(QueryError, match="tanmai materialize"):
        case(STEEL).store.update("INSERT { <urn:a> <urn:b> ?v } WHERE { BIND(tmf:footprint(<urn:x>) AS ?v) }")
