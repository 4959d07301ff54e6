"""Products, comparisons, what-ifs, factors, standards, questions and exports over real HTTP, on the aluminium chain of the demo.

Expected figures: rule R16 (12,208.9 kg CO2e per tonne of primary aluminium with the grid, 4,656.7 with hydropower, under AR6),
of which 13,400 kWh x (0.5777 - 0.0141) = 7,552.24 is the difference.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote, urljoin

import httpx
import pyoxigraph as ox
import pytest

DEMO = "https://w3id.org/tanmai/demo/"
HYDRO, GRID = (quote(f"{DEMO}ingot-{route}", safe="") for route in ("hydro", "grid"))


def problem(response: httpx.Response, status: int) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()


@pytest.mark.parametrize("detail", ["summary", "full", "total"])
def test_a_footprint_is_the_worked_one(shop, detail):
    told = shop.get(f"/products/{HYDRO}/footprint", params={"amount": 2000, "unit": "kg", "detail": detail}).json()
    assert told["total"]["value"] == pytest.approx(2 * 4656.69016)
    assert told["product"]["name_zh"] == "原铝（直连水电）"
    assert told["unit"]["symbol"] == "kg"
    assert ("contributions" in told) is (detail == "full")


def test_the_command_line_answers_the_same(shop, shop_store):
    from graphstore import GraphStore
    from graphstore.answers.footprint import calculate
    from graphstore.answers.graph import Calculation
    from graphstore.answers.settings import method_settings

    params = {"gwp": "ar5", "unlinked": "cutoff", "detail": "full"}
    told = shop.get(f"/products/{GRID}/footprint", params=params).json()
    with GraphStore.open(shop_store, mode="read") as store:
        data = calculate(Calculation(store, method_settings("AR5", "cutoff")), f"{DEMO}ingot-grid").data
    for answer in (data, told):  # the server calculates in another process, perhaps by another kernel
        answer["engine"] = {key: answer["engine"][key] for key in ("name", "version", "processes", "exchanges")}
    assert told == json.loads(json.dumps(data, default=str))
    assert told["total"]["value"] == pytest.approx(12198.2, abs=0.05)


def test_the_default_answer_says_what_the_whole_one_says(shop):
    told, whole = (
        shop.get(f"/products/{GRID}/footprint", params={"detail": detail} if detail else {}).json()
        for detail in (None, "full")
    )
    assert told["total"]["value"] == pytest.approx(whole["total"]["value"], rel=1e-13)
    assert [stage["iri"] for stage in told["stages"]] == [stage["iri"] for stage in whole["stages"]]
    assert told["chain"]["contributions"] == len(whole["contributions"])
    assert told["input_hash"] == whole["input_hash"]
    tier = told["first_tier"]
    parts = [tier["own_emissions"]["value"], *(line["value"] for line in tier["exchanges"])]
    assert sum(parts) == pytest.approx(12_208.93016)
    assert told["assumptions"]
    assert [each["code"] for each in told["assumptions"]] == [each["code"] for each in whole["assumptions"]]


def test_a_summary_links_to_its_lists_and_these_to_their_pages(shop):
    asked = {"amount": 2000, "unit": "kg", "gwp": "AR5"}
    first = shop.get(f"/products/{GRID}/footprint", params={**asked, "most": 1})
    found = re.findall(r'<([^>]*)>; rel="related"; title="(\w+)"', first.headers["link"])
    links = {title: urljoin(str(first.url), address) for address, title in found}
    assert set(links) == {"full", "processes", "contributions", "credits", "cutoffs"}
    whole = shop.get(links["full"]).json()
    assert (whole["amount"], whole["settings"]["gwp"]) == (2000, "AR5")
    lines, address = [], links["contributions"] + "&limit=3"
    while address:
        page = shop.get(address)
        told = page.json()
        lines += told["lines"]
        assert (told["count"], told["amount"]) == (len(whole["contributions"]), 2000)
        address = page.links.get("next", {}).get("url")
    assert lines == whole["contributions"]
    assert sum(line["value"] for line in lines) == pytest.approx(told["sum"]) == pytest.approx(whole["total"]["value"])


def test_a_list_beyond_its_end_is_empty(shop):
    page = shop.get(f"/products/{GRID}/footprint/processes", params={"first": 1000})
    assert page.json()["lines"] == []
    assert "next" not in page.links


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "first=-1", "first=x", "most=3", "after=urn:x"])
def test_a_page_that_is_asked_for_wrongly_is_refused(shop, query):
    problem(shop.get(f"/products/{GRID}/footprint/credits?{query}"), 400)


def test_there_are_no_other_lists(shop):
    assert shop.get(f"/products/{GRID}/footprint/secrets").status_code in {400, 404}
    problem(shop.get("/products/urn:nothing/footprint/credits"), 404)


def test_a_list_has_a_tag_of_its_own(shop):
    one = shop.get(f"/products/{GRID}/footprint/processes?limit=1")
    other = shop.get(f"/products/{GRID}/footprint/processes?limit=1&first=1")
    assert one.headers["etag"] != other.headers["etag"]
    tag = {"If-None-Match": one.headers["etag"]}
    assert shop.get(f"/products/{GRID}/footprint/processes?limit=1", headers=tag).status_code == 304


def test_an_answer_that_the_client_has_is_not_sent_again(shop):
    first = shop.get(f"/products/{HYDRO}/footprint")
    tag = {"If-None-Match": first.headers["etag"]}
    assert shop.get(f"/products/{HYDRO}/footprint", headers=tag).status_code == 304
    assert shop.get(f"/products/{HYDRO}/footprint?amount=2", headers=tag).status_code == 200
    assert shop.get(f"/products/{GRID}/footprint", headers=tag).status_code == 200
    assert "Accept" in first.headers["vary"]


def test_a_product_says_what_makes_it(shop):
    response = shop.get(f"/products/{HYDRO}")
    (made,) = response.json()["made_by"]
    assert made["unit"]["symbol"] == "t"
    assert f"</products/{HYDRO}/footprint>" in response.headers["link"]


def test_pages_hold_each_product_once(shop):
    seen, address = [], "/products?limit=3"
    while address:
        response = shop.get(address)
        seen += [product["iri"] for product in response.json()["products"]]
        address = response.links.get("next", {}).get("url")
    whole = [product["iri"] for product in shop.get("/products?limit=1000").json()["products"]]
    assert seen == whole
    assert len(set(seen)) == len(seen) > 6
    assert f"{DEMO}ingot-hydro" in seen


def test_products_are_found_by_either_name(shop):
    for words in ("原铝 水电", "aluminium hydropower"):
        found = [product["iri"] for product in shop.get("/products", params={"q": words}).json()["products"]]
        assert f"{DEMO}ingot-hydro" in found
        assert f"{DEMO}ingot-coal" not in found
    assert shop.get("/products", params={"q": "zirconium"}).json()["products"] == []


def test_a_page_goes_on_only_after_what_is_there(shop):
    assert "urn:nowhere" in problem(shop.get("/products?after=urn:nowhere"), 400)["detail"]
    assert "urn:nowhere" in problem(shop.get("/products?q=aluminium&after=urn:nowhere"), 400)["detail"]


def test_an_explanation_adds_up(shop):
    told = shop.get(f"/products/{HYDRO}/explain", params={"cutoff": 0, "depth": 50}).json()
    assert told["root"]["value"] == pytest.approx(4656.69016)
    assert sum(child["value"] for child in told["root"]["children"]) == pytest.approx(4656.69016)


def test_contributions_and_uncertainty_are_about_the_same_total(shop):
    parts = shop.get(f"/products/{HYDRO}/contributions", params={"by": "country"}).json()
    rest = parts["rest"]["value"] if isinstance(parts["rest"], dict) else parts["rest"]
    assert sum(part["value"] for part in parts["groups"]) + (rest or 0) == pytest.approx(4656.69016)
    sure = shop.get(f"/products/{HYDRO}/uncertainty", params={"draws": 50, "seed": 7}).json()
    assert sure["total"]["value"] == pytest.approx(4656.69016)
    assert sure["monte_carlo"]["draws"] == 50
    problem(shop.get(f"/products/{HYDRO}/contributions", params={"by": "country", "share": 0.5}), 400)


def test_two_products_are_compared_term_by_term(shop):
    told = shop.get("/compare", params={"a": f"{DEMO}ingot-hydro", "b": f"{DEMO}ingot-grid"}).json()
    assert told["comparable"] is True
    assert told["difference"]["value"] == pytest.approx(7552.24)


def test_one_product_is_compared_under_two_sets(shop):
    told = shop.get("/compare", params={"a": f"{DEMO}ingot-grid", "against-gwp": "AR5"}).json()
    assert told["difference"]["value"] == pytest.approx(12198.2 - 12208.9, abs=0.1)
    assert "nothing to compare" in problem(shop.get("/compare", params={"a": f"{DEMO}ingot-grid"}), 400)["detail"]


def test_what_if_the_anodes_were_fewer(shop):
    asked = {"product": f"{DEMO}ingot-hydro", "set": ["anode @ electrolysis = -10%"]}
    told = shop.post("/whatif", json=asked).json()
    assert told["base"]["value"] == pytest.approx(4656.69016)
    assert told["new"]["value"] - told["base"]["value"] == pytest.approx(told["difference"]["value"])
    assert told["difference"]["value"] < 0
    # nothing was changed by the question
    assert shop.get(f"/products/{HYDRO}/footprint?detail=total").json()["total"]["value"] == pytest.approx(4656.69016)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no JSON"),
        (b"[1]", "no JSON object"),
        (b"[" * 100_000, "no JSON"),
        (b'{"product": "urn:x"}', "what is changed"),
        (b'{"product": 1, "set": ["a=1"]}', "product"),
        (b'{"product": "urn:x", "set": "a=1"}', "list of texts"),
        (b'{"product": "urn:x", "sett": ["a=1"]}', "'sett'"),
        (b'{"product": "%s", "set": ["a=1"], "amount": 1e999}' % f"{DEMO}ingot-hydro".encode(), "finite"),
        (b'{"product": "%s", "set": ["a=1"], "moved": -1}' % f"{DEMO}ingot-hydro".encode(), "moved"),
    ],
)
def test_a_what_if_that_cannot_be_read_is_refused(shop, body, says):
    assert says in problem(shop.post("/whatif", content=body), 400)["detail"]


def test_factors_are_found_by_place_year_and_class(shop):
    asked = {"geography": "CN", "year": "2024", "kind": "ElectricityFootprintFactor", "q": "grid average"}
    (found,) = shop.get("/factors", params=asked).json()["factors"]
    assert found["co2e"] == [0.5777]  # kg CO2e per kWh, announcement of 2025 on electricity footprint factors
    assert found["name_zh"].startswith("全国")
    assert shop.get("/factors", params={"geography": "ATLANTIS"}).json()["factors"] == []


def test_lists_are_paged(shop):
    first = shop.get("/standards", params={"group": "mobile-phone", "limit": 1})
    second = shop.get(first.links["next"]["url"])
    one, two = (response.json()["standards"][0]["iri"] for response in (first, second))
    assert one < two
    assert "group=mobile-phone" in first.links["next"]["url"]


def test_a_question_takes_typed_values(shop):
    """0.6205 and 0.5777 kg CO2e per kWh: -6.9 %."""
    asked = shop.get("/queries/04-grid-factor-change", headers={"Accept": "text/csv"})
    assert asked.text.splitlines()[1].split(",")[:2] == ["0.6205", "0.5777"]
    turned = shop.get("/queries/04-grid-factor-change?first=2024&second=2023", headers={"Accept": "text/csv"})
    assert turned.text.splitlines()[1].split(",")[:2] == ["0.5777", "0.6205"]
    listed = {each["name"]: each for each in shop.get("/queries").json()["queries"]}
    assert [each["type"] for each in listed["04-grid-factor-change"]["parameters"]] == ["iri", "iri", "gYear", "gYear"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("first=2023%22%20%7D", "gYear"),
        ("first=2023%5E%5Exsd:int", "gYear"),
        ("place=urn:x%3E%20%7D%20%3Fs%20%3Fp%20%3Fo", "no IRI"),
        ("place=%0A", "no IRI"),
        ("nothing=1", "no parameter 'nothing'"),
        ("first=2023&first=2024", "more than once"),
    ],
)
def test_a_value_cannot_change_a_question(shop, asked, says):
    assert says in problem(shop.get(f"/queries/04-grid-factor-change?{asked}"), 400)["detail"]


@pytest.mark.parametrize("name", ["nothing", "..%2F__init__", "%2Fetc%2Fpasswd", "04-grid-factor-change.rq", "%00"])
def test_there_is_no_question_by_another_name(shop, name):
    problem(shop.get(f"/queries/{name}"), 404)


def test_an_export_is_what_was_loaded(shop):
    response = shop.get("/exports/ntriples", params={"dataset": "demo"})
    exported = {(t.subject, t.predicate) for t in ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES)}
    assert (
        ox.NamedNode(f"{DEMO}ingot-hydro"),
        ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
    ) in exported
    assert response.headers["content-disposition"] == 'attachment; filename="tanmai.nt"'


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "%2Ftmp%2Fx.ttl", "ttl.gz", "csv"])
def test_no_path_is_a_format(shop, name):
    problem(shop.get(f"/exports/{name}"), 404)


def test_an_export_of_what_is_not_there_is_no_empty_file(shop):
    problem(shop.get("/exports/turtle?dataset=nothing"), 404)
    problem(shop.get("/exports/turtle?graph=urn:nothing"), 404)
    problem(shop.get("/exports/turtle?graph=no%20iri"), 400)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("amount=nan", "amount is not finite"),
        ("amount=-1", "amount has to be greater than 0"),
        ("amount=ten", "amount is no number"),
        ("ammount=2", "no parameter 'ammount'"),
        ("amount=1&amount=2", "more than once"),
        ("unit=parsec", "No unit 'parsec'"),
        ("gwp=" + "A" * 50, "longer than 40"),
        ("unlinked=maybe", "not one of 'error' or 'cutoff'"),
        ("coproducts=maybe", "maybe"),
        ("scenario=nowhere", "no scenario 'nowhere'"),
        ("as-of=yesterday", "as-of is no day"),
        ("as-of=0", "as-of is no day"),
        ("as-of=2025-02-30", "as-of is no day"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(shop, query, says):
    told = problem(shop.get(f"/products/{HYDRO}/footprint?{query}"), 400)
    assert says in told["detail"]
    assert "/work" not in told["detail"]
    assert "File" not in told["detail"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("amount=1e300", 422),
        ("unit=kWh", 422),
        ("gwp=AR9", 422),
        ("as-of=1900-01-01", 422),
        ("release=nowhere", 404),
        ("release=..%2F..%2Fx", 404),
    ],
)
def test_a_question_that_the_data_do_not_answer_is_a_problem(shop, query, status):
    problem(shop.get(f"/products/{HYDRO}/footprint?{query}"), status)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("nothing", 404),
        ("urn:nothing", 404),
        ("..%2F..%2Fetc%2Fpasswd", 404),
        ("http%3A%2F%2Fx%2Ffootprint", 404),
        ("urn:a%22%3E%20%7D%20%23", 400),
        ("urn:a%0D%0ASet-Cookie:%20a=b", 400),
        ("https%3A%2F%2Fw3id.org%2F%ff", 400),
        ("%E7%A2%B3", 404),
        ("a" * 2500, 400),
    ],
)
@pytest.mark.parametrize("verb", ["", "/footprint", "/footprint?detail=total", "/explain"])
def test_hostile_names_of_products_name_none(shop, name, status, verb):
    response = shop.get(f"/products/{name}{verb}")
    problem(response, status)
    assert "set-cookie" not in response.headers


def test_an_iri_that_ends_like_an_address_is_an_iri(shop):
    """%2F is no boundary between segments: this is the product <http://x/footprint>, not the footprint of <http://x>."""
    assert "<http://x/footprint>" in problem(shop.get("/products/http%3A%2F%2Fx%2Ffootprint"), 404)["detail"]


def test_the_methods_of_an_address_are_all_named(shop):
    refused = shop.request("PUT", "/submissions")
    problem(refused, 405)
    assert refused.headers["allow"] == "GET, HEAD, POST"


def test_a_format_that_is_not_written_is_refused(shop):
    problem(shop.get(f"/products/{HYDRO}/footprint", headers={"Accept": "text/csv"}), 406)


def test_a_problem_names_nodes_in_both_languages(shop):
    told = problem(shop.get(f"/products/{GRID}/footprint?as-of=2025-01-01"), 422)  # the grid factor was issued later
    assert {"iri", "name_en", "name_zh"} <= told["nodes"][0].keys()


def test_the_description_has_every_route_with_problems_and_both_languages(shop):
    described = shop.get("/openapi.json").json()
    assert {"/products/{id}/footprint", "/compare", "/whatif", "/submissions", "/exports/{format}"} <= described[
        "paths"
    ].keys()
    for path, verbs in described["paths"].items():
        for verb, said in verbs.items():
            assert any("一" <= letter <= "龥" for letter in said["summary"]), (path, verb)
            if path not in {"/health", "/ready"}:
                assert "application/problem+json" in said["responses"]["400"]["content"], (path, verb)


def _shape(example, answer, where=""):
    """Every member of an example is a member of the answer, down to the last."""
    if isinstance(example, dict):
        assert isinstance(answer, dict), where
        assert example.keys() <= answer.keys(), (where, example.keys() - answer.keys())
        for key in example:
            _shape(example[key], answer[key], f"{where}/{key}")
    elif isinstance(example, list) and example and answer:
        _shape(example[0], answer[0], f"{where}/0")


def test_the_examples_of_the_description_are_what_is_answered(shop):
    """The figures are those of the aluminium chain: 2 t of primary aluminium with hydropower."""
    examples = json.loads((Path(__file__).parents[2] / "api" / "rest" / "answers.json").read_text("utf-8"))
    assert examples["FootprintAnswer"]["answer"]["total"]["value"] == pytest.approx(2 * 4656.69016)
    for name, told in examples.items():
        if told["address"].startswith(("/products", "/footprints", "/compare", "/factors", "/standards", "/queries")):
            response = shop.get(told["address"])
            assert response.status_code == 200, (name, response.text)
            _shape(told["answer"], response.json(), name)


def _examples_in(node):
    if isinstance(node, dict):
        return "example" in node or "examples" in node or any(map(_examples_in, node.values()))
    return isinstance(node, list) and any(map(_examples_in, node))


def test_every_operation_has_an_example_of_its_answer_and_of_what_is_sent(shop):
    for path, verbs in shop.get("/openapi.json").json()["paths"].items():
        for verb, said in verbs.items():
            where = f"{verb} {path}"
            good = [answer for code, answer in said["responses"].items() if code in {"200", "201"}]
            assert all(any("example" in kind for kind in answer["content"].values()) for answer in good), where
            assert "requestBody" not in said or _examples_in(said["requestBody"]), where
            for one in said.get("parameters", ()):
                fixed = one["schema"].get("type") in {"boolean", "integer"} or "enum" in json.dumps(one["schema"])
                assert fixed or "anyOf" in json.dumps(one["schema"]) or _examples_in(one) or one["name"] == "name", (
                    where,
                    one["name"],
                )
            for code, answer in said["responses"].items():
                assert any("\u4e00" <= letter <= "\u9fa5" for letter in answer["description"]), (where, code)
                if code[0] in "45":
                    assert "application/problem+json" in answer["content"], (where, code)
            if path not in {"/health", "/ready"}:
                assert {"400", "401", "403", "404", "406", "422", "429", "503"} <= said["responses"].keys(), where
