"""Rule R08 for a site that states its supply in the graph: conditions, instruments, years. Illustrative supply."""

import pytest

from schemes.electricity import Question, choose
from schemes.errors import SchemeError, SupplyError

KWH = 13400


@pytest.fixture
def ask(case):
    def asked(turtle, **question):
        return choose(case(turtle).calculation(), Question(**({"year": 2024, "kwh": KWH} | question)))

    return asked


def answer(data, scheme):
    return next(each for each in data["schemes"] if each["iri"].endswith(f"/{scheme}"))


def codes(scheme):
    return {assumption["code"] for assumption in scheme["assumptions"]}


FIVE = ", ".join(f"condition:{c}" for c in ("states-attributes", "unique", "tracked-and-retired"))


def site(instrument="", meets=FIVE, wind=0.3):
    """A smelter in Yunnan with the supply of the worked example, its wind power proven by certificates."""
    return f"""
@prefix condition: <https://w3id.org/tanmai/id/supply-condition/> .
@prefix em: <https://w3id.org/tanmai/id/electricity-method/> .
@prefix generation: <https://w3id.org/tanmai/id/generation/> .
@prefix place: <https://w3id.org/tanmai/id/geography/> .
:smelter a tm:Site ; rdfs:label "toy smelter"@en ; tm:geography place:CN-YN ; tm:operatedBy :company ;
    tm:electricitySupply :direct, :wind, :grid, :last-year .
:company a tm:Organization .
:direct a tm:ElectricitySupply ; tm:referenceYear "2024"^^xsd:gYear ; tm:share 0.4 ; tm:electricityMethod em:direct-connection ;
    tm:generationType generation:hydro ; tm:meetsCondition condition:certificates-not-sold .
:wind a tm:ElectricitySupply ; tm:referenceYear "2024"^^xsd:gYear ; tm:share {wind} ; tm:electricityMethod em:contractual ;
    tm:generationType generation:wind ; tm:evidencedBy :certificates .
:grid a tm:ElectricitySupply ; tm:referenceYear "2024"^^xsd:gYear ; tm:share 0.3 ; tm:electricityMethod em:grid-consumption-mix .
:last-year a tm:ElectricitySupply ; tm:referenceYear "2023"^^xsd:gYear ; tm:share 1 ;
    tm:electricityMethod em:grid-consumption-mix .
:certificates a tm:ContractualInstrument ; tm:meetsCondition {meets} ; {instrument} tm:illustrative true .
"""


PROVEN = 'tm:periodStart "2024-01-01"^^xsd:date ; tm:periodEnd "2025-01-01"^^xsd:date ; tm:market place:CN ; tm:retiredFor :company ;'


def test_the_supply_of_a_site_in_the_graph(ask):
    data = ask(site(PROVEN), place=None, site="toy smelter", with_delivery=True)
    found = answer(data, "gbt-24067")
    assert round(found["total"]["value"], 1) == 2528.2
    assert round(found["total_with_delivery"]["value"], 1) == 2659.6
    assert codes(found) & {"condition-assumed", "condition-claimed"} == set()
    assert round(answer(data, "eu-battery")["total"]["value"], 1) == 4720.3
    assert data["place"]["iri"].endswith("/CN-YN")
    before = answer(ask(site(PROVEN), place=None, site="https://example.org/smelter", year=2023), "gbt-24067")
    assert before["total"]["value"] == pytest.approx(KWH * 0.6205)


@pytest.mark.parametrize(
    ("instrument", "named"),
    [
        ("", {"period", "same-market"}),
        (PROVEN.replace("2024-01-01", "2023-01-01"), {"period"}),
        (PROVEN.replace("2025-01-01", "2025-02-01"), {"period"}),
        (PROVEN.replace('"2024-01-01"^^xsd:date', '"2024"^^xsd:gYear'), {"period"}),
        (PROVEN.replace('"2024-01-01"^^xsd:date', '"2023-12-31T00:00:00"^^xsd:dateTime'), {"period"}),
        (PROVEN.replace("place:CN", "place:DE"), {"same-market"}),
        (PROVEN.replace(":company", ":somebody-else"), {"tracked-and-retired"}),
        (PROVEN + " tm:failsCondition condition:unique ;", {"unique"}),
    ],
)
def test_an_instrument_is_held_against_what_it_states(ask, instrument, named):
    (line,) = [
        line
        for line in answer(ask(site(instrument), place=None, site="toy smelter"), "gbt-24067")["lines"]
        if line["missing_conditions"]
    ]
    assert {each["iri"].rpartition("/")[2] for each in line["missing_conditions"]} == named
    assert line["factor"]["value"] == 0.5777


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        (":direct tm:share 0.5 .", "direct> states several values of share"),
        (
            ":odd a tm:ElectricitySupply ; tm:share 0.1 . :smelter tm:electricitySupply :odd .",
            "odd> states no tm:electricityMethod",
        ),
        (':grid tm:referenceYear "last" .', "grid> states"),
        (':other a tm:Site ; rdfs:label "toy smelter two"@en .', "fits 2 sites"),
    ],
)
def test_supplies_of_a_site_that_cannot_be_read(ask, turtle, message):
    with pytest.raises(SchemeError, match=message):
        ask(site(PROVEN) + turtle, place=None, site="toy smelter")


def test_a_site_without_a_place(ask):
    with pytest.raises(SupplyError, match="smelter> states no place"):
        ask(site(PROVEN).replace("tm:geography place:CN-YN ;", ""), place=None, site="toy smelter")


def test_a_site_whose_shares_do_not_make_a_whole_is_refused(ask):
    with pytest.raises(SupplyError, match=r"add up to 0.9, not to 1"):
        ask(site(PROVEN, wind=0.2), place=None, site="toy smelter")
    with pytest.raises(SupplyError, match=r"states no electricity supply for 2022"):
        ask(site(PROVEN), place=None, site="toy smelter", year=2022)
    with pytest.raises(SupplyError, match="No site 'mill'"):
        ask(site(PROVEN), place=None, site="mill")


IMPORTED = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix place: <https://w3id.org/tanmai/id/geography/> .
:somewhere a tm:Location ; skos:notation "CN" ; rdfs:label "CN"@en .
"""


def test_an_imported_place_that_is_matched_to_one_of_the_reference_is_that_place(ask):
    """Packages bring locations with codes of their own: 13,400 kWh x 0.5777, by code and by the IRI of the import."""
    with pytest.raises(SupplyError, match="may be any of"):
        ask(IMPORTED, place="CN", supply=("grid",))
    matched = IMPORTED + ":somewhere skos:exactMatch place:CN .\n"
    for place in ("CN", "https://example.org/somewhere"):
        data = ask(matched, place=place, supply=("grid",))
        assert answer(data, "gbt-24067")["total"]["value"] == pytest.approx(7741.18)
