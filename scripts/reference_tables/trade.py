"""Rules of other markets: EU carbon border adjustment, the US bill, EU battery dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_tables.fields import Spec, chinese, count, english, link, moment, number, plain, truth
from reference_tables.turtle import node, text

if TYPE_CHECKING:
    from reference_tables.tables import Row
    from reference_tables.turtle import Graph

_LABELS = (english("label_en", "rdfs:label"), chinese("label_zh", "rdfs:label"))


def _gases(graph: Graph, row: Row, good: str) -> None:
    graph.add(good, "tm:coveredGas", *row.nodes("gases", "gas-group"))


CBAM_GOODS = Spec(
    "cbam_goods",
    "cbam-good",
    "tm:CbamGood",
    (
        *_LABELS,
        link("sector_key", "tm:sector", "cbam-sector"),
        plain("cn_code", "tm:cnCode"),
        truth("direct_only", "tm:directOnly"),
    ),
    columns=frozenset({"gases"}),
    hook=_gases,
)

CBAM_BENCHMARKS = Spec(
    "cbam_benchmarks",
    "cbam-benchmark",
    "tm:CbamBenchmark",
    (
        *_LABELS,
        plain("cn_code", "tm:cnCode"),
        number("benchmark_own_step", "tm:benchmarkOwnStep"),
        number("benchmark_whole_good", "tm:benchmarkWholeGood"),
        plain("route", "tm:route"),
        plain("unit", "tm:unitText"),
    ),
)

CBAM_DEFAULT_VALUES = Spec(
    "cbam_default_values",
    "cbam-default-value",
    "tm:CbamDefaultValue",
    (
        *_LABELS,
        link("region_code", "tm:geography", "geography"),
        link("sector_key", "tm:sector", "cbam-sector"),
        plain("cn_code", "tm:cnCode"),
        number("direct", "tm:directEmissions"),
        number("indirect", "tm:indirectEmissions"),
        number("total", "tm:totalEmissions"),
        number("marked_up_2026", "tm:markedUp2026"),
        number("marked_up_2027", "tm:markedUp2027"),
        number("marked_up_2028_on", "tm:markedUpFrom2028"),
        plain("route", "tm:route"),
        plain("unit", "tm:unitText"),
    ),
    printed=frozenset({"country"}),
)


def _phase_in_label(graph: Graph, row: Row, year: str) -> None:
    graph.add(
        year, "rdfs:label", text(f"CBAM phase-in {row.key}", "en"), text(f"碳边境调节机制{row.key}年度参数", "zh")
    )


CBAM_PHASE_IN = Spec(
    "cbam_phase_in",
    "cbam-phase-in",
    "tm:CbamPhaseIn",
    (
        moment("applicable_year", "tm:applicableYear"),
        number("free_allocation_factor", "tm:freeAllocationFactor"),
        number("cbam_share", "tm:cbamShare"),
        number("default_markup_general", "tm:markupGeneral"),
        number("default_markup_fertiliser", "tm:markupFertiliser"),
    ),
    hook=_phase_in_label,
)

CBAM_FACTS = Spec(
    "cbam_facts",
    "cbam-fact",
    "tm:CbamFact",
    (
        *_LABELS,
        english("value", "tm:valueText"),
        number("amount", "tm:amount"),
        plain("unit", "tm:unitText"),
    ),
)


def _bill(graph: Graph, _: Row, bill: str) -> None:
    graph.add(bill, "a", "tm:Policy")
    graph.add(bill, "tm:legalStatus", node("legal-status", "bill"))
    graph.add(bill, "dcterms:isVersionOf", node("policy", "us-clean-competition-act"))


BILLS = Spec(
    "cca_bills",
    "policy",
    "tm:Bill",
    (
        english("title_en", "rdfs:label"),
        chinese("title_zh", "rdfs:label"),
        plain("identifier", "dcterms:identifier"),
        moment("introduced", "dcterms:issued"),
        english("baseline_note", "skos:note"),
    ),
    printed=frozenset({"year", "first_year", "first_price_usd", "price_rule"}),
    hook=_bill,
)


def _charge_label(graph: Graph, row: Row, year: str) -> None:
    bill, calendar = row.get("bill"), row.get("year")
    graph.add(year, "rdfs:label", text(f"Clean Competition Act, {bill}, year {calendar}", "en"))
    graph.add(year, "rdfs:label", text(f"清洁竞争法案（{row.get('bill_key')[-4:]}年版），{calendar}年", "zh"))


CHARGE_YEARS = Spec(
    "cca",
    "charge-year",
    "tm:CarbonChargeYear",
    (
        link("bill_key", "tm:ofBill", "policy"),
        moment("year", "tm:applicableYear"),
        number("baseline_pct_points", "tm:baselinePoints"),
        number("baseline_pct_compound", "tm:baselineCompound"),
        number("price_usd_per_t_cpi0", "tm:priceAtZeroInflation"),
        number("price_usd_per_t_cpi2pct", "tm:priceAtTwoPercentInflation"),
        plain("rule", "tm:priceRule"),
        truth("derived", "tm:derived"),
    ),
    columns=frozenset({"bill"}),
    hook=_charge_label,
)


BATTERY_DATES = Spec(
    "eu_battery_dates",
    "battery-obligation",
    "tm:BatteryObligation",
    (
        *_LABELS,
        link("battery_category", "tm:batteryCategory", "battery-category"),
        link("duty", "tm:duty", "battery-duty"),
        moment("date_in_law", "tm:dateInLaw"),
        english("condition_en", "tm:conditionText"),
        chinese("condition_zh", "tm:conditionText"),
        count("later_of_months", "tm:laterOfMonths"),
    ),
)
