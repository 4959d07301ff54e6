"""The product rules for batteries, handsets and photovoltaic modules: limits, lists and states are data.

Each test takes a complete example study, which passes, changes the data of the rule or of the study, and names what follows.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from casebook import lines

import ontology
from shapes.validate import compiled_files, validate

ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "li-ion-battery": "T-CQAE-12002-2024",
    "eu-battery": "EU-battery-footprint-draft-2024",
    "mobile-phone": "T-CCSA-607-2024",
    "photovoltaic": "TANMAI-photovoltaic",
}
KNOWLEDGE = (
    *("concepts/method.ttl", "concepts/life-cycle.ttl", "reference/standards.ttl", "reference/reference_values.ttl"),
    *("reference/product_groups.ttl", "reference/electricity_rules.ttl", "reference/electricity.ttl"),
    "reference/geography.ttl",
)
ID = "https://w3id.org/tanmai/id/"


@cache
def _together(key: str) -> tuple[ox.Quad, ...]:
    """The study, its rule and the knowledge that the rule asks, as a store holds them."""
    store = ox.Store()
    for file in (ROOT / "examples" / "studies" / f"{key}.ttl", ROOT / "shapes" / "pcr" / f"{key}.ttl"):
        store.load(file.read_bytes(), format=ox.RdfFormat.TURTLE)
    for name in KNOWLEDGE:
        store.load(ontology.path(name).read_bytes(), format=ox.RdfFormat.TURTLE)
    return tuple(store)


def found(key: str, update: str = "") -> set[str]:
    """Return the shapes or constraints that an example study breaks after a SPARQL update of study and knowledge."""
    shapes = ROOT / "shapes" / "pcr" / f"{key}.ttl"
    study = f"https://w3id.org/tanmai/example/studies/{key}/"
    store = ox.Store()
    store.bulk_extend(_together(key))
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in {**ontology.PREFIXES, "id": ID, "s": study}.items())
    store.update(f"{prefixes} INSERT DATA {{ s:study tm:assessedUnder <{ID}standard/{RULES[key]}> }}")
    if update:
        before = lines(store)
        store.update(prefixes + update)
        assert lines(store) != before, "the update changes nothing"
    report = validate(store, compiled_files([shapes, ROOT / "shapes" / "general" / "prefixes.ttl"]))
    assert report.engine == "tanmai"
    return {(r.constraint or r.shape).value.rpartition("/")[2] for r in report.results}


def replaced(subject: str, predicate: str, value: str) -> str:
    return f"""DELETE {{ {subject} {predicate} ?old }} INSERT {{ {subject} {predicate} {value} }}
               WHERE {{ {subject} {predicate} ?old }} ;
            """


@pytest.mark.parametrize("key", RULES)
def test_the_example_study_passes(key: str) -> None:
    assert found(key) == set()


def test_a_lorry_battery_of_400_kwh_gives_800_000_kwh() -> None:
    """400 kWh x 250 a year x 8 years."""
    lorry = (
        replaced("s:profile", "tm:usableCapacity", "400")
        + replaced("s:profile", "tm:fullCyclesPerYear", "250.0")
        + replaced("s:profile", "tm:vehicleCategory", f"<{ID}vehicle-category/M2-M3-N2-N3>")
        + replaced("s:profile", "tm:totalEnergy", "800000")
        + replaced("s:life-product", "tm:amount", "8e5")
    )
    assert found("eu-battery", lorry) == set()
    assert found("eu-battery", lorry + replaced("s:profile", "tm:totalEnergy", "800001")) == {
        "CFB-01-energy",
        "CFB-01-output",
    }


def test_the_cycles_of_a_vehicle_category_are_data() -> None:
    update = replaced(f"<{ID}reference-value/battery-feqc-M1-N1>", "tm:amount", "55")
    assert found("eu-battery", update) == {"CFB-02-cycles"}


def test_other_cycles_need_a_reason() -> None:
    other = (
        replaced("s:profile", "tm:fullCyclesPerYear", "80")
        + replaced("s:profile", "tm:totalEnergy", "48000")
        + replaced("s:life-product", "tm:amount", "48000")
    )
    assert found("eu-battery", other) == {"CFB-02-cycles"}
    assert found("eu-battery", other + 'INSERT DATA { s:profile tm:reason "A taxi."@en }') == set()


def test_once_the_act_is_adopted_no_result_need_say_draft() -> None:
    silent = "DELETE WHERE { s:declared tm:resultStatus ?status } ;"
    adopted = replaced(f"<{ID}standard/{RULES['eu-battery']}>", "tm:legalStatus", f"<{ID}legal-status/in-force>")
    assert found("eu-battery", silent) == {"CFB-08-status"}
    assert found("eu-battery", silent + adopted) == set()
    assert found("eu-battery", adopted + 'INSERT DATA { s:declared tm:performanceClass "B" }') == set()


def test_kinds_of_electricity_follow_the_electricity_rules() -> None:
    contract = replaced("s:cell-making-in-electricity", "tm:electricityMethod", f"<{ID}electricity-method/contractual>")
    accepted = replaced(
        f"<{ID}electricity-rule/eu-battery-contractual>", "tm:treatment", f"<{ID}electricity-treatment/plant-factor>"
    )
    assert found("eu-battery", contract) == {"CFB-05-kinds"}
    assert found("eu-battery", contract + accepted) == set()


def test_the_factor_of_a_province_is_no_national_average() -> None:
    update = """
        DELETE { s:cell-making-in-electricity tm:defaultProvider ?average }
        INSERT {
            s:cell-making-in-electricity tm:defaultProvider s:provincial .
            s:provincial tm:generationType ?mix ; tm:geography <https://w3id.org/tanmai/id/geography/CN-YN>
        }
        WHERE { s:cell-making-in-electricity tm:defaultProvider ?average . ?average tm:generationType ?mix }
    """
    assert found("eu-battery", update) == {"CFB-05-average"}


@pytest.mark.parametrize(
    ("key", "component", "broken"),
    [("li-ion-battery", "camera", "BAT-04-parts"), ("mobile-phone", "separator", "PHN-03-parts")],
)
def test_the_parts_of_a_bill_of_materials_are_data(key: str, component: str, broken: str) -> None:
    update = f"INSERT DATA {{ <{ID}standard/{RULES[key]}> tm:requiresComponent <{ID}component/{component}> }}"
    assert found(key, update) == {broken}


@pytest.mark.parametrize(
    ("key", "default", "broken"),
    [
        ("mobile-phone", "service-life-mobile-phone", "PHN-02-life"),
        ("photovoltaic", "service-life-pv-module", "PV-03-life"),
    ],
)
def test_a_default_service_life_is_data(key: str, default: str, broken: str) -> None:
    update = replaced(f"<{ID}reference-value/{default}>", "tm:amount", "4")
    assert found(key, update) == {broken}
    assert found(key, update + "INSERT DATA { s:profile dcterms:source s:literature }") == set()


def test_a_scheme_is_kept_apart_because_the_data_say_so() -> None:
    mixed = f"INSERT DATA {{ s:settings tm:calculationScheme <{ID}calculation-scheme/france-pv-tender> }} ;"
    together = replaced(f"<{ID}calculation-scheme/france-pv-tender>", "tm:separateScheme", "false")
    assert found("photovoltaic", mixed) == {"PV-04-mixed"}
    assert found("photovoltaic", mixed + together) == set()


def test_a_rule_that_is_not_claimed_judges_nothing() -> None:
    update = "DELETE WHERE { s:study tm:assessedUnder ?rule } ; DELETE WHERE { s:battery tm:productModel ?model }"
    assert found("eu-battery", update) == set()
