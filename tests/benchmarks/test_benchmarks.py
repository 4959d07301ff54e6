"""The benchmarks measure what they say: the RDF of a generated system is that system, and the report adds up."""

import gc
import math
import re

import numpy as np
import pyoxigraph as ox
import pytest

from benchmarks import whatif
from benchmarks.generate import factors, generate
from benchmarks.graph import exchange_count, ntriples
from benchmarks.montecarlo import uncertain
from benchmarks.report import Row, relative_difference, table
from benchmarks.shacl_run import ours
from benchmarks.shacl_work import write
from benchmarks.studies import EXAMPLE, copies, exchanges_of, split
from benchmarks.subject import prepare, select_of, synthetic
from benchmarks.timing import alternate, measure
from footprint import compile_system, scores
from footprint.montecarlo import Plan, moments
from graphstore import GraphStore
from graphstore.technosphere.extract import extract


@pytest.fixture(scope="module", autouse=True)
def _little_to_collect():
    """What other tests left is not looked through: each measured run collects garbage first, at a quarter of a second then."""
    gc.collect()
    gc.freeze()  # and stays so, as what was collected at the start does


@pytest.fixture(scope="module")
def store():
    with GraphStore.open(None) as store:
        store.load_bytes(synthetic(200).triples, key="benchmark", format="ntriples")
        yield store


def test_graph_of_a_generated_system_gives_the_scores_of_its_arrays(store, tmp_path):
    system = generate(200)
    case = prepare(synthetic(200), select_of(store), tmp_path, peer=False)
    _, _, found = case.all_products("scipy")
    compiled = compile_system(system)
    expected = scores(compiled, compiled.cost(factors())).values
    np.testing.assert_allclose(found.values[case.position], expected, rtol=1e-11)


def test_graph_keeps_every_exchange_and_amount(store):
    system = generate(200)
    inventory = extract(select_of(store))
    assert len(inventory.exchanges.ids) == exchange_count(system)
    stated = np.concatenate((np.abs(system.production), np.abs(system.tech_amount), system.bio_amount))
    np.testing.assert_array_equal(np.sort(inventory.exchanges.amount), np.sort(stated))


def test_generated_systems_hold_waste_and_credits():
    system = generate(200)
    assert (system.production < 0).any()
    assert ((system.tech_amount < 0) != (system.production[system.tech_provider] < 0)).any()
    assert ntriples(system, factors()) == ntriples(generate(200), factors())


def test_ratio_and_verdict():
    row = Row("s", "c", "ours", 0.5, "peer", 2.0, target=4.0, difference=0.0)
    assert (row.ratio, row.verdict, row.agrees) == (4.0, "met", True)
    assert Row("s", "c", "ours", 0.5, "peer", 1.9, target=4.0).verdict == "MISSED"
    assert Row("s", "c", "ours", 0.5, "peer", 9.0, target=4.0, difference=1e-3).verdict == "DISAGREES"
    assert Row("s", "c", "ours", 0.5, "peer", 9.0, target=4.0, difference=math.nan).verdict == "DISAGREES"
    missing = Row("s", "c", "ours", 0.5, target=4.0, note="not installed")
    assert (missing.ratio, missing.verdict, missing.agrees) == (None, "", None)


def test_table_puts_the_ratio_first():
    line = table([Row("system", "case", "ours", 0.001, "peer", 5.0, target=1000.0, difference=2e-12)]).splitlines()[-1]
    assert line == "| 5,000 x | >= 1,000 x | met | case | ours 1 ms | peer 5 s | 2.0e-12 |  |"


def test_relative_difference():
    assert relative_difference(np.array([0.0, 1.1]), np.array([0.0, 1.0])) == pytest.approx(0.1)
    assert relative_difference(np.array([1e-9, 1.0]), np.array([0.0, 1.0])) == math.inf
    assert relative_difference(np.array([1e-9, 1.0]), np.array([0.0, 1.0]), floor=1e-3) == pytest.approx(1e-6)
    assert math.isnan(relative_difference(np.array([1.0]), np.array([1.0, 2.0])))
    assert not relative_difference(np.array([math.nan]), np.array([1.0])) <= 1.0


def test_median_of_runs():
    timed = measure(lambda: 7, 3)
    assert timed.value == 7
    assert timed.median == sorted(timed.seconds)[1]
    assert len(measure(lambda: 7, 3, enough=0.0).seconds) == 1
    calls = []
    alternate(lambda: calls.append("ours"), lambda: calls.append("theirs"), 2)
    assert calls == ["ours", "theirs", "ours", "theirs"]


def test_every_input_and_emission_of_the_monte_carlo_benchmark_is_drawn():
    """The mean of the draws is near the deterministic score of every product; each number is one of its own."""
    system = generate(200)
    numbers = uncertain(system)
    assert len(numbers) == len(system.tech_amount) + len(system.bio_amount)
    np.testing.assert_allclose(numbers.distributions.mean, 1.0)
    np.testing.assert_allclose(numbers.distributions.deviation, 0.1)
    compiled = compile_system(system)
    cost = compiled.cost(factors())
    found = moments(compiled, cost, numbers, Plan(draws=200))
    expected, error = scores(compiled, cost).values, found.deviation / np.sqrt(200)
    spread = found.deviation > 1e-6 * np.abs(expected)  # a product without emissions has none
    assert spread.sum() > 150
    assert np.median(np.abs(found.mean - expected)[spread] / error[spread]) < 2


def test_whatif_rows_agree_with_full_solves(store, tmp_path, monkeypatch):
    monkeypatch.setattr(whatif, "RUNS", 2)
    monkeypatch.setattr(whatif, "IN_A_ROW", 2)
    case = prepare(synthetic(200), select_of(store), tmp_path, peer=False)
    made = list(whatif.rows(case, targets=True))
    assert [row.agrees for row in made if row.difference is not None] == [True] * 6
    assert [row.target for row in made[:4]] == [None, 50.0, 50.0, 50.0]
    assert made[4].ours == "1 of 200"


def test_validation_is_measured_on_shapes_that_bite(tmp_path):
    work = write("synthetic", "studies", 2, tmp_path)
    found = list(ox.parse(work.shapes.read_bytes(), format=ox.RdfFormat.TURTLE))
    assert sum(quad.predicate.value.endswith("#property") for quad in found) == 54
    assert sum(quad.predicate.value.endswith("#sparql") for quad in found) == 5
    assert ours(work)()
    data = work.data.read_text()
    for good, bad in (
        (" 0.25 ", " 'much' "),
        ("ex:unit ex:kg ;", ""),
        ("ex:reference false", "ex:reference true"),
        ('"measured"', "5"),
    ):
        assert good in data
        work.data.write_text(data.replace(good, bad))
        assert not ours(work)(), bad


def test_a_split_study_keeps_its_amounts():
    """Split in three, the amounts of the parts add up to what they were."""
    whole, parts = split(exchanges_of()), split(3 * exchanges_of())
    links = r"ontology#(input|emission)> "
    assert len(re.findall(links, whole)) == exchanges_of()
    assert len(re.findall(links, parts)) == 3 * exchanges_of()
    amount = re.compile(r'electrolysis-in-electricity(?:-\d)?> <[^>]*ontology#amount> "([^"]*)"')
    (before,), after = amount.findall(whole), amount.findall(parts)
    assert len(after) == 3
    assert sum(map(float, after)) == pytest.approx(float(before))


def test_copies_of_a_study_share_no_node():
    found = [quad.subject for quad in ox.parse(copies(3).encode(), format=ox.RdfFormat.N_TRIPLES)]
    assert len(set(found)) == 3 * len(
        {quad.subject for quad in ox.parse(EXAMPLE.read_bytes(), format=ox.RdfFormat.TURTLE)}
    )
