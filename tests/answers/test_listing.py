"""Lists of emission factors and standards: filtered, found by name, in pages."""

import pytest

from graphstore.answers.listing import FACTORS, STANDARDS, listed
from graphstore.errors import QueryError

ID = "https://w3id.org/tanmai/id/"
GRID = {"geography": "CN", "kind": "ElectricityFootprintFactor"}


def whole(store, kind, filters, q=None, limit=1000):
    return listed(store, kind, filters, q, limit=limit, after=None).rows


def test_factors_of_a_place_class_and_year(knowledge_store):
    """0.6205 and 0.5777 kg CO2e per kWh: the announcements of electricity footprint factors for 2023 and 2024."""
    rows = whole(knowledge_store, FACTORS, GRID, "grid average")
    assert {row["year"][0]: row["co2e"] for row in rows} == {"2023": [0.6205], "2024": [0.5777]}
    (row,) = whole(knowledge_store, FACTORS, GRID | {"year": "2024"}, "grid average")
    assert [each["iri"] for each in row["geography"]] == [f"{ID}geography/CN"]
    assert {each["class"] for each in row["kind"]} == {"ElectricityFootprintFactor", "EmissionFactor"}


def test_a_node_is_meant_by_its_iri_or_its_last_part_alone(knowledge_store):
    by_key = whole(knowledge_store, FACTORS, {"geography": "CN-GD"})
    assert by_key
    assert by_key == whole(knowledge_store, FACTORS, {"geography": f"{ID}geography/CN-GD"})
    assert whole(knowledge_store, FACTORS, {"geography": "GD"}) == []
    assert whole(knowledge_store, FACTORS, {"geography": ".*"}) == []


@pytest.mark.parametrize("kind", [FACTORS, STANDARDS])
def test_pages_make_up_the_list(knowledge_store, kind):
    after, seen = None, []
    while True:
        page = listed(knowledge_store, kind, {}, None, limit=40, after=after)
        seen += page.rows
        if not page.more:
            break
        after = page.rows[-1]["iri"]
    assert seen == whole(knowledge_store, kind, {})
    assert len({row["iri"] for row in seen}) == len(seen) > 40


def test_standards_of_a_product_group(knowledge_store):
    numbers = [row["number"] for row in whole(knowledge_store, STANDARDS, {"productGroup": "mobile-phone"})]
    assert ["T/CCSA 607-2024"] in numbers


def test_a_filter_that_there_is_not_is_refused(knowledge_store):
    with pytest.raises(QueryError, match="'colour'"):
        listed(knowledge_store, FACTORS, {"colour": "red"}, None, limit=1, after=None)


def test_a_store_without_any_has_an_empty_list():
    from graphstore import GraphStore

    with GraphStore.open() as store:
        assert whole(store, FACTORS, {"geography": "CN"}, "grid") == []
