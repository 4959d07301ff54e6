"""Facts of the reference knowledge, spot-checked against the publications."""

from __future__ import annotations

from decimal import Decimal

import pyoxigraph as ox
import pytest
from reference_questions import BASE, ask


def amount(store: ox.Store, query: str) -> Decimal:
    ((value,),) = ask(store, query)
    return Decimal(value)


@pytest.mark.parametrize(
    ("species", "gwp_set", "value"),
    [
        ("CF4", "AR4", "7390"),
        ("CF4", "AR5", "6630"),
        ("CF4", "AR6", "7380"),
        ("C2F6", "AR5", "11100"),
        ("N2O", "AR5", "265"),
        ("CH4_fossil", "AR6", "29.8"),
        ("CH4_biogenic", "AR6", "27.0"),
        ("SF6", "AR6", "25200"),
    ],
)
def test_gwp(store: ox.Store, species: str, gwp_set: str, value: str) -> None:
    query = f"SELECT ?a {{ <gwp/{species}-{gwp_set}> tm:gas <gas/{species}> ; tm:gwpSet <gwp-set/{gwp_set}> ; tm:amount ?a }}"
    assert amount(store, query) == Decimal(value)


def test_a_gas_that_ar4_does_not_list_has_no_ar4_factor(store: ox.Store) -> None:
    rows = ask(store, "SELECT ?set { ?f tm:gas <gas/SO2F2> ; tm:gwpSet ?set } ORDER BY ?set")
    assert rows == [("gwp-set/AR5",), ("gwp-set/AR6",)]


def test_blends_are_marked_derived_and_follow_from_their_components(store: ox.Store) -> None:
    rows = ask(
        store,
        """SELECT ?blend ?printed (SUM(?fraction * ?part) AS ?sum) {
            ?factor tm:derived true ; tm:gas ?blend ; tm:gwpSet ?set ; tm:amount ?printed .
            ?blend tm:component [ tm:gas ?gas ; tm:massFraction ?fraction ] .
            ?of tm:gas ?gas ; tm:gwpSet ?set ; tm:amount ?part .
        } GROUP BY ?blend ?set ?printed""",
    )
    assert len(rows) == 9
    assert all(abs(Decimal(printed) - Decimal(total)) <= Decimal("0.06") for _, printed, total in rows)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("footprint-CN-grid-average-2023", "0.6205"),
        ("footprint-CN-grid-average-2024", "0.5777"),
        ("footprint-CN-coal-2024", "0.9240"),
        ("footprint-CN-hydro-2024", "0.0141"),
        ("footprint-CN-t-and-d-excl-losses-2024", "0.0046"),
        ("footprint-CN-t-and-d-incl-losses-2024", "0.0327"),
    ],
)
def test_footprint_factors_state_co2e_of_unknown_gwp_set(store: ox.Store, key: str, value: str) -> None:
    query = f"""SELECT ?v {{ <electricity-factor/{key}> a tm:ElectricityFootprintFactor ; tm:co2e ?v ;
        tm:perUnit unit:KiloW-HR ; tm:gwpSet <gwp-set/unknown> ; tm:geography <geography/CN> }}"""
    assert amount(store, query) == Decimal(value)


def test_whether_the_national_average_holds_grid_losses_is_unknown(store: ox.Store) -> None:
    rows = ask(store, "SELECT ?l { <electricity-factor/footprint-CN-grid-average-2024> tm:transmissionLoss ?l }")
    assert rows == [("transmission-loss/unknown",)]


def test_the_signed_date_is_issued_and_the_printed_one_a_note(store: ox.Store) -> None:
    rows = ask(
        store,
        """SELECT ?d { <electricity-factor/footprint-CN-grid-average-2024> dcterms:issued ?d ; skos:note ?n
            FILTER(datatype(?d) = xsd:date && CONTAINS(?n, "2025-10-23")) }""",
    )
    assert rows == [("2025-09-28",)]


def test_the_guangdong_value_is_a_co2_mass_and_no_footprint_factor(store: ox.Store) -> None:
    query = """SELECT ?class ?a ?gas { <electricity-factor/co2-CN-GD-grid-average-2023> a ?class ;
        tm:geography <geography/CN-GD> ; tm:gasMass [ tm:gas ?gas ; tm:amount ?a ] .
        FILTER NOT EXISTS { <electricity-factor/co2-CN-GD-grid-average-2023> tm:co2e ?x } } ORDER BY ?class"""
    rows = ask(store, query)
    assert [cls.rsplit("#")[-1] for cls, *_ in rows] == ["ElectricityCO2Factor", "EmissionFactor"]
    assert {(Decimal(value), gas) for _, value, gas in rows} == {(Decimal("0.4419"), "gas/CO2")}


def test_no_factor_is_of_both_electricity_classes(store: ox.Store) -> None:
    assert ask(store, "SELECT ?f { ?f a tm:ElectricityFootprintFactor, tm:ElectricityCO2Factor }") == []
    assert len(ask(store, "SELECT ?f { ?f a tm:ElectricityFootprintFactor }")) == 21
    assert len(ask(store, "SELECT ?f { ?f a tm:ElectricityCO2Factor }")) == 120


@pytest.mark.parametrize(("group", "bodies"), [("electrolytic-aluminium", 5), ("lithium-ion-battery", 9)])
def test_certification_bodies(store: ox.Store, group: str, bodies: int) -> None:
    assert len(ask(store, "SELECT ?b { ?b a tm:CertificationBody }")) == 26
    assert len(ask(store, f"SELECT ?b {{ ?b tm:approvedFor <product-group/{group}> }}")) == bodies


@pytest.mark.parametrize(
    ("catalogue", "entries"),
    [
        ("standards-2022", 57),
        ("miit-recommended-2025", 15),
        ("national-pcf-2024", 6),
        ("zero-carbon-parks-2025", 17),
        ("ccer-methodologies", 6),
    ],
)
def test_catalogue_sizes(store: ox.Store, catalogue: str, entries: int) -> None:
    assert (
        len(ask(store, f"SELECT DISTINCT ?e {{ ?e tm:catalogue <catalogue/{catalogue}> ; tm:entryFor ?s }}")) == entries
    )


def test_phone_standards_stand_together(store: ox.Store) -> None:
    rows = ask(
        store,
        """SELECT ?number { <product-group/mobile-phone> skos:broader? ?g .
            ?s tm:productGroup ?g ; dcterms:identifier ?number } ORDER BY ?number""",
    )
    assert [number for (number,) in rows] == [
        "DB44/T 1449.1-2014",
        "T/CCSA 607-2024",
        "T/DZJN 003-2019",
        "YD/T 3048.1.1-2016",
    ]


def test_superseded_standards_name_their_successor(store: ox.Store) -> None:
    rows = ask(
        store,
        "SELECT ?old ?new { ?old tm:legalStatus <legal-status/superseded> . ?new tm:supersedes ?old } ORDER BY ?old",
    )
    assert rows == [
        ("standard/ISO-TS-14067-2013", "standard/ISO-14067-2018"),
        ("standard/PAS-2050-2008", "standard/PAS-2050-2011"),
    ]


def test_lithium_ion_pilots(store: ox.Store) -> None:
    pilots = "?p a tm:LabelPilot ; tm:productGroup <product-group/lithium-ion-battery> ; tm:geography ?province"
    assert len(ask(store, f"SELECT DISTINCT ?province {{ {pilots} }}")) == 8
    assert len(ask(store, "SELECT DISTINCT ?province { ?p a tm:LabelPilot ; tm:geography ?province }")) == 25
    assert len(ask(store, "SELECT DISTINCT ?g { ?p a tm:LabelPilot ; tm:productGroup ?g }")) == 10
    cities = ask(
        store,
        """SELECT ?name { ?p a tm:LabelPilot ; tm:geography <geography/CN-GD> ; tm:pilotRegion ?c ;
            tm:productGroup <product-group/lithium-ion-battery> . ?c rdfs:label ?name FILTER(lang(?name) = "en") }""",
    )
    assert {name for (name,) in cities} == {"Shenzhen", "Guangzhou", "Foshan", "Dongguan", "Zhaoqing", "Shantou"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pfc-slope-sef-CWPB", "0.143"),
        ("pfc-slope-fraction-SWPB", "0.280"),
        ("pfc-overvoltage-ovc-CWPB", "1.16"),
        ("pfc-overvoltage-fraction-SWPB", "0.252"),
        ("anode-NC-2024", "0.411"),
        ("cut-off-total", "0.05"),
        ("battery-feqc-M1-N1", "60"),
        ("ets-ccer-cap", "0.05"),
        ("allocation-price-ratio-limit", "5"),
        ("allocation-price-years", "3"),
        ("recycling-A-metal", "0.2"),
    ],
)
def test_reference_values(store: ox.Store, key: str, value: str) -> None:
    assert amount(store, f"SELECT ?a {{ <reference-value/{key}> tm:amount ?a }}") == Decimal(value)


def test_recalled_values_are_marked_unverified(store: ox.Store) -> None:
    rows = ask(
        store,
        """SELECT ?v { ?v a tm:ReferenceValue ; tm:confidence <confidence/recalled> ; tm:unverified true ; tm:amount ?a }
            ORDER BY ?v""",
    )
    assert [value.removeprefix("reference-value/") for (value,) in rows] == [
        "allocation-price-ratio-limit",
        "anode-NC-older",
        "pfc-default-C2F6-CN",
        "pfc-default-CF4-CN",
        "recycling-A-metal",
    ]
    assert (
        ask(
            store,
            "SELECT ?v { ?v a tm:ReferenceValue ; tm:confidence <confidence/recalled> FILTER NOT EXISTS { ?v tm:unverified true } }",
        )
        == []
    )


def test_the_us_bill_is_never_law(store: ox.Store) -> None:
    assert ask(store, "SELECT DISTINCT ?status { ?b a tm:Bill ; tm:legalStatus ?status }") == [("legal-status/bill",)]
    assert ask(store, "SELECT DISTINCT ?status { ?y a tm:CarbonChargeYear ; tm:legalStatus ?status }") == [
        ("legal-status/bill",)
    ]
    query = "SELECT ?p { <charge-year/2022-2026> tm:priceAtTwoPercentInflation ?p ; tm:baselinePoints 95.0 }"
    assert amount(store, query) == Decimal("62.9695")


def test_marked_up_default_values_follow_from_the_mark_ups(store: ox.Store) -> None:
    rows = ask(
        store,
        """SELECT ?v ?total ?printed ?rate { ?v tm:totalEmissions ?total ; tm:markedUp2026 ?printed ; tm:sector ?sector .
            <cbam-phase-in/2026> tm:markupGeneral ?general ; tm:markupFertiliser ?fertiliser .
            BIND(IF(?sector = <cbam-sector/fertilisers>, ?fertiliser, ?general) AS ?rate) }""",
    )
    assert len(rows) == 15
    assert all(abs(Decimal(t) * (1 + Decimal(r)) - Decimal(p)) < Decimal("0.001") for _, t, p, r in rows)


def test_factory_grades_have_bounds(store: ox.Store) -> None:
    rows = ask(
        store,
        """SELECT ?low ?lin ?up ?uin ?off { <factory-grade/I-4-star> tm:lowerBound ?low ; tm:lowerInclusive ?lin ;
            tm:upperBound ?up ; tm:upperInclusive ?uin ; tm:minimumOffset ?off }""",
    )
    assert rows == [("80", "false", "90", "true", "0.8")]


def test_copper_is_no_cbam_good_and_proposals_are_no_law(store: ox.Store) -> None:
    assert ask(store, 'SELECT ?g { ?g tm:cnCode ?code ; a tm:CbamGood FILTER(STRSTARTS(?code, "74")) }') == []
    rows = ask(store, "SELECT ?f { ?f a tm:CbamFact ; tm:legalStatus <legal-status/proposal> } ORDER BY ?f")
    assert rows == [("cbam-fact/downstream-extension",), ("cbam-fact/phase-in-proposal",)]


def test_every_claim_has_a_rival_and_conflict_is_mutual(store: ox.Store) -> None:
    assert (
        ask(store, "SELECT ?c { ?c a tm:Claim FILTER NOT EXISTS { ?c tm:conflictsWith ?d . ?d tm:conflictsWith ?c } }")
        == []
    )
    assert ask(store, "SELECT ?c { ?c tm:conflictsWith ?c }") == []
    assert (
        ask(
            store,
            "SELECT ?t (COUNT(?c) AS ?n) { ?c tm:claimTopic ?t ; tm:preferred true } GROUP BY ?t HAVING (COUNT(?c) > 1)",
        )
        == []
    )


@pytest.mark.parametrize(
    "cls",
    [
        "Claim",
        "ReferenceValue",
        "CbamFact",
        "CbamGood",
        "Policy",
        "PolicyTarget",
        "CarbonLabel",
        "ProductGroup",
        "Standard",
    ],
)
def test_labels_in_both_languages(store: ox.Store, cls: str) -> None:
    query = f"""SELECT ?n {{ ?n a tm:{cls} . FILTER(STRSTARTS(STR(?n), "{BASE}"))
        FILTER NOT EXISTS {{ ?n rdfs:label ?zh, ?en FILTER(lang(?zh) = "zh" && lang(?en) = "en") }} }}"""
    assert ask(store, query) == []


def test_one_policy_asks_for_a_hundred_product_rules_by_2027(store: ox.Store) -> None:
    query = """SELECT DISTINCT ?document {
        ?t tm:targetYear "2027"^^xsd:gYear ; tm:setBy/dcterms:identifier ?document ;
            tm:quantity [ tm:measure <target-measure/pcf-rules> ; tm:amount 100.0 ] }"""
    assert ask(store, query) == [("环气候〔2024〕30号",)]


def test_one_label_is_mandatory_and_contested(store: ox.Store) -> None:
    rows = ask(store, "SELECT ?label { ?label tm:obligation <obligation/mandatory-contested> }")
    assert rows == [("carbon-label/fr-grenelle-2",)]
