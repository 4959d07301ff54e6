"""The general requirements as a company meets them: ways to pass without a sound study, and limits that stand in the graph.

Each attack is one change to the complete study of a wooden stool (examples/studies/general.ttl), which passes without a remark.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from casebook import knowledge, lines

import ontology
from shapes.background import Background
from shapes.judge import Judgement, judge
from shapes.reading import read_bytes
from tanmai.graph import Graph

STUDY = Path(__file__).parents[2] / "examples" / "studies" / "general.ttl"
DAY = dt.date(2026, 11, 25)
PREFIXES = """
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
PREFIX id: <https://w3id.org/tanmai/id/>
PREFIX unit: <http://qudt.org/vocab/unit/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX factor: <https://w3id.org/tanmai/id/electricity-factor/>
PREFIX power: <https://w3id.org/tanmai/id/electricity-method/>
PREFIX condition: <https://w3id.org/tanmai/id/supply-condition/>
PREFIX place: <https://w3id.org/tanmai/id/geography/>
PREFIX data: <https://w3id.org/tanmai/id/data-kind/>
PREFIX stage: <https://w3id.org/tanmai/id/stage/>
"""


def changed(*updates: str) -> ox.Store:
    """The study after SPARQL updates."""
    store = ox.Store()
    store.load(path=STUDY, format=ox.RdfFormat.TURTLE)
    for update in updates:
        before = set(store)
        store.update(PREFIXES + update)
        assert set(store) != before, "the update changes nothing"
    return store


def judged(store: ox.Store, **options: object) -> Judgement:
    text = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    assert text is not None
    return judge([read_bytes(text, "study.nt")], day=DAY, **options)  # type: ignore[arg-type]


def after(update: str, **options: object) -> Judgement:
    return judged(changed(update), **options)


def told(judgement: Judgement) -> set[str]:
    return {finding.requirement.identifier for finding in judgement.findings}


def set_value(node: str, prop: str, value: str) -> str:
    """An update that states another value."""
    return f"DELETE {{ {node} {prop} ?old }} INSERT {{ {node} {prop} {value} }} WHERE {{ {node} {prop} ?old }}"


ELECTRICITY = "s:assembly-in-electricity"
OWN_FACTOR = """rdfs:label "own factor" ; tm:referenceYear "2024"^^xsd:gYear ; tm:geography place:CN ;
    tm:perUnit unit:KiloW-HR ; tm:gwpSet <https://w3id.org/tanmai/id/gwp-set/unknown> ; dcterms:publisher s:company ;
    dcterms:source s:records"""


def own(described: str, prop: str) -> str:
    """An update by which the electricity of the workshop takes a node of the company's own, described in Turtle."""
    return f"INSERT DATA {{ {described} }} ; {set_value(ELECTRICITY, prop, described.split(maxsplit=1)[0])}"


ATTACKS = {
    "no electricity": ("GEN-06", set_value(ELECTRICITY, "tm:amount", "0")),
    "electricity given back": ("GEN-06", set_value(ELECTRICITY, "tm:amount", "-2.4")),
    "two amounts": ("GEN-06", f"INSERT DATA {{ {ELECTRICITY} tm:amount 0.1 }}"),
    "an amount in words": ("GEN-06", set_value(ELECTRICITY, "tm:amount", '"2.4 kWh"')),
    "an unknown unit": ("GEN-06", set_value(ELECTRICITY, "tm:unit", "s:unit-of-our-own")),
    "logs in kilowatt-hours": ("GEN-06", set_value("s:sawing-in-logs", "tm:unit", "unit:KiloW-HR")),
    "an emission in kilowatt-hours": ("GEN-06", set_value("s:assembly-out-co2", "tm:unit", "unit:KiloW-HR")),
    "nothing supplies it": ("GEN-06", "DELETE DATA { s:assembly-in-box tm:defaultProvider s:factor-box }"),
    "a process left out": ("GEN-06", "DELETE DATA { s:study tm:includesProcess s:sawing }"),
    "no inventory": ("GEN-06", "DELETE WHERE { s:study tm:includesProcess ?process }"),
    "the inventory of another product": ("GEN-06", set_value("s:life-product", "tm:flow", "s:stool-at-gate")),
    "an emission by no stage": ("GEN-06", "DELETE DATA { s:assembly-out-co2 tm:stage stage:manufacturing }"),
    "a factor that is nowhere": ("GEN-07", set_value("s:assembly-in-box", "tm:defaultProvider", "s:green")),
    "a factor per piece": ("GEN-07", set_value("s:factor-box", "tm:perUnit", "unit:NUM")),
    "a factor in words": ("GEN-07", set_value("s:factor-box-co2", "tm:amount", '"climate neutral"')),
    "two results": (
        "GEN-05",
        "INSERT { s:study tm:declares s:low . s:low ?p ?o } WHERE { s:declared ?p ?o FILTER(?p != tm:co2e) }",
    ),
    "only variants": ("GEN-05", "INSERT DATA { s:declared tm:variantOf s:declared }"),
    "a stage twice": (
        "GEN-05",
        "INSERT DATA { s:declared tm:contribution s:less . s:less tm:stage stage:use ; tm:co2e -0.31 }",
    ),
    "a total of nothing": ("GEN-05", set_value("s:declared", "tm:co2e", "0")),
    "the result of another product": ("GEN-05", set_value("s:declared", "tm:ofProduct", "s:boards")),
    "half of it in no category": ("GEN-12", set_value("s:declared-fossil", "tm:co2e", "2")),
    "release not shown": ("GEN-12", "DELETE DATA { s:declared tm:contribution s:declared-biogenic-co2-release }"),
    "all cut off in two": ("GEN-09", "DELETE { ?cut tm:share ?s } INSERT { ?cut tm:share 0.5 } WHERE { ?cut tm:share ?s ; a tm:CutOff }"),
    "a negative cut-off": ("GEN-09", set_value("s:cut-off-glue", "tm:share", "-0.2")),
    "two shares": ("GEN-09", "INSERT DATA { s:cut-off-glue tm:share 0.0001 }"),
    "all to the chips": (
        "GEN-10",
        "INSERT DATA { s:sawing-product tm:allocationFactor -1 . s:sawing-out-chips tm:allocationFactor 2 }",
    ),
    "nothing to the boards": (
        "GEN-10",
        set_value("s:sawing", "tm:allocationMethod", "id:allocation\\/unallocated"),
    ),
    "a credit": ("GEN-10", f"INSERT DATA {{ {ELECTRICITY} tm:avoided true }}"),
    "a factor below zero": ("GEN-13", set_value("s:factor-box-co2", "tm:amount", "-9")),
    "a credit as input": (
        "GEN-13",
        "INSERT DATA { s:credit a tm:CarbonCredit } ; " + set_value("s:assembly-in-box", "tm:flow", "s:credit"),
    ),
    "certificates of Norway": ("GEN-14", set_value("s:certificates", "tm:market", "place:NO")),
    "certificates of another year": (
        "GEN-14",
        set_value("s:certificates", "tm:periodEnd", '"2024-02-01"^^xsd:date'),
    ),
    "a scheme that asks nothing": ("GEN-14", "DELETE WHERE { s:settings tm:calculationScheme ?scheme }"),
    "a scheme of one’s own": ("GEN-14", set_value("s:settings", "tm:calculationScheme", "s:scheme")),
    "electricity without its group": (
        "GEN-14",
        own("s:drive a tm:Product ; rdfs:label 'drive' ; tm:referenceUnit unit:KiloW-HR", "tm:flow"),
    ),
    "direct CO2": ("GEN-15", set_value(ELECTRICITY, "tm:defaultProvider", "factor:co2-CN-grid-average-2022")),
    "direct CO2 in a wrapper": (
        "GEN-15",
        f"""{set_value(ELECTRICITY, "tm:defaultProvider", "s:substation")} ;
        INSERT DATA {{
          s:study tm:includesProcess s:substation .
          s:substation a tm:UnitProcess ; rdfs:label "substation" ; tm:geography place:CN ; tm:referenceYear "2024"^^xsd:gYear ;
            tm:quantitativeReference s:fed ; tm:output s:fed ; tm:input s:taken .
          s:fed tm:flow s:electricity ; tm:amount 1 ; tm:unit unit:KiloW-HR ; tm:dataKind data:primary ; dcterms:source s:meters .
          s:taken tm:flow s:electricity ; tm:amount 1 ; tm:unit unit:KiloW-HR ; tm:dataKind data:primary ; dcterms:source s:meters ;
            tm:stage stage:manufacturing ; tm:electricityMethod power:own-generation ;
            tm:defaultProvider factor:co2-CN-grid-average-2022 .
        }}""",
    ),
    "an own factor of the grid": (
        "GEN-15",
        own(f"s:cheap a tm:ElectricityFootprintFactor ; tm:co2e 0.1 ; {OWN_FACTOR}", "tm:defaultProvider"),
    ),
    "an own factor of any kind": (
        "GEN-15",
        own(f"s:cheap a tm:EmissionFactor ; tm:co2e 0.1 ; {OWN_FACTOR}", "tm:defaultProvider"),
    ),
    "wind power from the grid": ("GEN-15", set_value(ELECTRICITY, "tm:defaultProvider", "factor:footprint-CN-wind-2024")),
    "an assumption of nobody": ("GEN-21", "DELETE DATA { s:assumption-use dcterms:source s:care-sheet }"),
    "a report without words": ("GEN-23", set_value("s:report", "tm:goalStatement", '" "')),
    "an empty node as source": ("GEN-28", set_value("s:sawing-in-logs", "dcterms:source", "s:nothing")),
    "the study as its own source": ("GEN-28", set_value("s:sawing-in-logs", "dcterms:source", "s:study")),
    "an output of nowhere": ("GEN-28", "DELETE DATA { s:sawing-product dcterms:source s:records }"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_study_passes_by(attack: str) -> None:
    identifier, update = ATTACKS[attack]
    judgement = after(update)
    assert identifier in {f.requirement.identifier for f in judgement.findings if f.severity == "violation"}
    assert not judgement.passes


def test_the_study_itself_passes_without_a_remark() -> None:
    assert judge([STUDY], day=DAY).findings == ()


# Limits that stand in the graph


def knowing(update: str) -> Background:
    """The shipped knowledge after a SPARQL update."""

    def fill(store: ox.Store) -> None:
        store.bulk_extend(knowledge())
        before = lines(store)
        store.update(PREFIXES + update)
        assert lines(store) != before, "the update changes nothing"

    return Background(fill)


def limit(key: str, value: float) -> str:
    return set_value(f"<https://w3id.org/tanmai/id/reference-value/{key}>", "tm:amount", str(value))


BALANCE = "<https://w3id.org/tanmai/id/plausibility-check/mass-balance>"
LIMITS = {
    "GEN-05": (set_value("s:declared", "tm:co2e", "3.979052"), limit("tolerance-of-sums", 0.001)),
    "GEN-09": (set_value("s:cut-off-glue", "tm:share", "0.02"), limit("cut-off-single", 0.03)),
    "GEN-16": (set_value("s:factor-freight", "tm:referenceYear", '"2020"^^xsd:gYear'), limit("age-of-factor", 4)),
    "GEN-20": (
        set_value("s:sawing-in-logs", "tm:amount", "5.6"),
        set_value(BALANCE, "tm:upperBound", "0.4"),
    ),
}


@pytest.mark.parametrize("identifier", LIMITS)
def test_a_wider_limit_in_the_graph_lets_the_same_study_pass(identifier: str) -> None:
    change, wider = LIMITS[identifier]
    store = changed(change)
    assert identifier in told(judged(store))
    assert identifier not in told(judged(store, background=knowing(wider)))


def test_a_narrower_limit_for_all_cut_offs_together_catches_them() -> None:
    """The study leaves out 0.4 % and 0.2 %."""
    (finding,) = judge([STUDY], day=DAY, background=knowing(limit("cut-off-total", 0.005))).findings
    assert finding.requirement.identifier == "GEN-09"
    assert finding.result.value == ox.Literal("0.006", datatype=ox.NamedNode(f"{ontology.PREFIXES['xsd']}decimal"))


def test_a_result_ages_with_the_day_of_the_assessment_and_with_the_limit() -> None:
    """The data end with 2024: the third year ends on 1 January 2028."""
    assert judge([STUDY], day=dt.date(2028, 1, 1)).findings == ()
    assert told(judge([STUDY], day=dt.date(2028, 1, 2))) == {"GEN-27"}
    assert judge([STUDY], day=dt.date(2028, 1, 2), background=knowing(limit("age-of-result", 4))).findings == ()


def test_a_condition_that_the_rule_gains_is_asked_for() -> None:
    rule = "<https://w3id.org/tanmai/id/electricity-rule/gbt-24067-contractual>"
    background = knowing(
        f"INSERT DATA {{ {rule} tm:requiresCondition s:same-hour . s:same-hour a tm:SupplyCondition }}"
    )
    (finding,) = judge([STUDY], day=DAY, background=background).findings
    assert finding.requirement.identifier == "GEN-14"
    assert str(finding.result.focus).endswith("/sawing-in-wind-power>")
    assert str(finding.result.value).endswith("/same-hour>")


def test_each_condition_that_is_not_met_is_told_by_itself() -> None:
    judgement = after("DELETE WHERE { s:certificates tm:meetsCondition ?condition }")
    missing = {str(f.result.value).rpartition("/")[2].rstrip(">") for f in judgement.findings}
    assert missing == {"states-attributes", "unique", "tracked-and-retired", "period", "same-market"}
    assert len(judgement.findings) == len(missing)


def test_a_national_rule_that_is_not_claimed_is_told_once() -> None:
    """The selection of rules and the shape both see it."""
    judgement = after(
        "DELETE WHERE { s:stool tm:productGroup ?group } ; "
        "INSERT DATA { s:stool tm:productGroup <https://w3id.org/tanmai/id/product-group/electrolytic-aluminium> }"
    )
    assert [f.requirement.identifier for f in judgement.findings] == ["GEN-24"]


# What the study declares

DECLARED = """
SELECT ?stage ?total ?part WHERE {
  s:declared tm:co2e ?total ; tm:contribution ?contribution .
  ?contribution tm:stage ?stage ; tm:co2e ?part .
}
"""


def test_what_the_stool_declares_is_what_is_computed(loaded: Callable[[Path], Graph]) -> None:
    """By hand, per stool; grid 0.5777 and wind 0.0324 kg CO2e per kWh; boards take 3.2 of 4.5 kg of the sawmill."""
    boards = 3.2 / 4.5
    by_hand = {
        "raw-material-acquisition": boards * 4.5 * 0.05 + 0.12 * 2.3 + 0.08 * 3.1 + 0.6 * 0.9 + 1.5 * 0.11,
        "manufacturing": boards * (0.9 * 0.5777 + 0.6 * 0.0324) + 2.4 * 0.5777 + 0.15,
        "distribution": 1.2 * 0.11,
        "use": 0.1 * 3.1,
        "end-of-life": 3.8 * 0.06,
    }
    graph = loaded(STUDY)
    found = graph.footprint("https://w3id.org/tanmai/example/studies/general/stool")
    rows = graph.query(PREFIXES + DECLARED).frame.to_dicts()
    (total,) = {float(row["total"]) for row in rows}
    assert total == pytest.approx(found.total, rel=1e-9)
    declared = {row["stage"].rpartition("/")[2]: float(row["part"]) for row in rows}
    computed = {iri.rpartition("/")[2]: kg for iri, kg in found.stages.select("iri", "kg_co2e").iter_rows()}
    assert declared == pytest.approx(computed, rel=1e-9)
    assert declared == pytest.approx(by_hand, rel=1e-9)
    assert found.total == pytest.approx(sum(by_hand.values()), rel=1e-9)
