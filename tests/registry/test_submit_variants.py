"""Results of a study under other method settings (tm:variantOf): computed anew and compared, or refused with a reason.

Casting gives 250 kg of dross beside 1000 kg of ingots, from 10,250 kg CO2e. By mass the ingots bear 1000/1250 of it, 8.2 per kg.
At 16 and 4 CNY per kg they bear 16,000/17,000, 9.6471 per kg. With 100 kg of fossil methane, that counts 29.8 in AR6 and 25 in
AR4, one kg of ingots has 10.25 + 2.98 = 13.23 or 10.25 + 2.5 = 12.75.
"""

import re

import pytest
from studies import approving, study

from registry.receipt import receipt
from registry.submissions import find
from registry.submitting import Handed, submit

CNY = "<https://w3id.org/tanmai/id/unit/CNY>"
DROSS = (
    "i:casting tm:allocationMethod method:mass ; tm:output i:skimmed . i:dross a tm:Product . "
    "i:skimmed a tm:Exchange ; tm:flow i:dross ; tm:amount 250 ; tm:unit unit:KiloGM . "
) + "".join(
    f"i:{product} tm:hasProperty i:price-{product} . i:price-{product} a tm:PropertyValue ; tm:property property:price ; "
    f'tm:amount {price} ; tm:unit {CNY} ; tm:perUnit unit:KiloGM ; tm:referenceYear "2024"^^xsd:gYear . '
    for product, price in (("ingot", 16), ("dross", 4))
)
METHANE = (
    "i:casting tm:emission i:leak . i:leak a tm:Exchange ; tm:flow flow:CH4_fossil-fossil ; tm:amount 100 ; tm:unit unit:KiloGM ; "
    "tm:stage stage:manufacturing . "
)
BY_VALUE = 10.25 * 16 / 17


def variant(total, settings, *, of="i:declared", own="", raw=None, made=None):
    parts = "" if raw is None else (
        " ; tm:contribution i:v1, i:v2 . i:v1 a tm:Contribution ; tm:stage stage:raw-material-acquisition ; "
        f"tm:co2e {raw} . i:v2 a tm:Contribution ; tm:stage stage:manufacturing ; tm:co2e {made}"
    )  # fmt: skip
    chosen = f"i:other a tm:MethodSettings ; {settings} . " if settings else ""
    named = "tm:settings i:other ; " if settings else ""
    return (
        f'{chosen}i:again a tm:DeclaredFootprint ; rdfs:label "the other way"@en ; tm:ofStudy i:study ; tm:variantOf {of} ; '
        f"{own}{named}tm:co2e {total}{parts} ."
    )


def by_mass(more):
    return study(8.2, 8.16, 0.04, settings="tm:gwpSet set:AR6 ; tm:allocationMethod method:mass", more=DROSS + more)


@pytest.fixture
def hand_in(store):
    def handed(data):
        return receipt(store, find(store, submit(store, Handed(data, "ingots.ttl", by="Works A"), approving).id))

    return handed


ECONOMIC = "tm:gwpSet set:AR6 ; tm:allocationMethod method:economic"


def test_the_variant_by_another_allocation_is_computed_and_compared(store, hand_in):
    data = hand_in(by_mass(variant(BY_VALUE, ECONOMIC, raw=9.6, made=0.8 / 17)))
    assert (data["verdict"], data["details"]) == ("accepted", [])
    assert data["total"]["computed"] == pytest.approx(8.2, rel=1e-12)
    (other,) = data["variants"]
    assert other["declared_as"]["name_en"] == "the other way"
    assert other["total"]["computed"] == pytest.approx(BY_VALUE, rel=1e-12)
    assert {row["stage"]["name_en"]: row["computed"] for row in other["stages"]} == pytest.approx(
        {"raw-material acquisition": 9.6, "manufacturing": 0.8 / 17}
    )
    runs = store.query(
        "SELECT ?result ?method ?co2e { ?run tm:recomputes ?result ; tm:settings ?settings . ?footprint prov:wasGeneratedBy ?run ; "
        "tm:co2e ?co2e . OPTIONAL { ?settings tm:allocationMethod ?method } } ORDER BY ?co2e"
    ).dicts()
    assert [str(row["result"]).rpartition("/")[2] for row in runs] == ["declared", "again"]
    assert [str(row["method"]).rpartition("/")[2] for row in runs] == ["None", "economic"]
    assert [float(row["co2e"]) for row in runs] == pytest.approx([8.2, BY_VALUE])


@pytest.mark.parametrize(
    ("total", "raw", "made"),
    [(8.2, 7.8, 0.4), (BY_VALUE * 1.02, 9.6, 0.8 / 17), (BY_VALUE, 9.4, 0.2 + 0.8 / 17)],
)
def test_a_variant_that_does_not_agree_is_a_difference(hand_in, total, raw, made):
    data = hand_in(by_mass(variant(total, ECONOMIC, raw=raw, made=made)))
    assert [reason["iri"].rpartition("/")[2] for reason in data["reasons"]] == ["difference"]
    assert data["total"]["within"]
    other = data["variants"][0]
    assert not all(row["within"] for row in (other["total"], *other["stages"]))


@pytest.mark.parametrize("stated", [{"settings": "tm:gwpSet set:AR4"}, {"settings": "", "own": "tm:gwpSet set:AR4 ; "}])
@pytest.mark.parametrize(("total", "verdict"), [(12.75, "accepted"), (13.23, "rejected")])
def test_the_variant_under_another_gwp_set(hand_in, stated, total, verdict):
    data = hand_in(study(13.23, 10.2, 3.03, more=METHANE + variant(total, **stated)))
    assert data["details"] == []
    assert data["variants"][0]["total"]["computed"] == pytest.approx(12.75, rel=1e-12)
    assert data["verdict"] == verdict


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (variant(1, ""), "chooses no method setting otherwise"),
        (variant(1, "tm:gwpSet set:AR6"), "chooses no method setting otherwise"),
        (
            variant(1, "tm:electricityMethod id:nothing"),
            "chooses <.*electricityMethod> otherwise .* a study of its own",
        ),
        (variant(1, "tm:gwpSet set:AR4", of="i:elsewhere"), "not the main result"),
        (variant(1, "tm:allocationMethod method:mass"), "no process of its own .* has several products"),
        (variant(1, "tm:allocationMethod id:by-taste"), "by-taste"),
        (variant('"much"', "tm:gwpSet set:AR4"), "one finite number"),
        (variant(1, "tm:gwpSet set:AR4").replace("tm:co2e 1 .", "tm:note 1 ."), "states no total"),
        (variant(1, "tm:gwpSet set:AR4, set:AR5"), "no single GWP set"),
        (variant(1, "tm:gwpSet set:AR4", own="tm:gwpSet set:AR5 ; "), "State one GWP set in both"),
    ],
)
def test_a_variant_that_cannot_be_computed_is_a_reason_and_the_main_result_is_still_shown(hand_in, more, told):
    data = hand_in(study(more=more))
    assert [reason["iri"].rpartition("/")[2] for reason in data["reasons"]] == ["not-recomputable"]
    assert data["total"]["within"]
    assert data["variants"] == []
    assert re.search(told, data["details"][0]), data["details"]
