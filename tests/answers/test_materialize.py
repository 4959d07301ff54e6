"""Footprints written into the graph: with provenance, fresh or stale, replaced and never lost."""

import shutil

import pytest
from chains import EX, HEAD, process, product

from footprint.gaps import Reading
from graphstore import GraphStore
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation, Settings
from graphstore.answers.results import materialize, retire, stored
from graphstore.errors import ScenarioError, UnknownNameError
from graphstore.scenario_statements import add, scenario_iri
from graphstore.scenarios import AmountChange, Scenario

CHAIN = process("ore", emissions=(("flow:CO2-fossil", 2),)) + process("metal", inputs=((":ore", 3),))
GAP = process("gap", inputs=((":nothing", 1),)) + product("nothing")
VALUES = "SELECT ?p ?v { ?f a tm:ComputedFootprint ; tm:ofProduct ?p ; tm:co2e ?v }"


@pytest.fixture(scope="module")
def template(tmp_path_factory, with_knowledge):
    """A store with the reference knowledge and the chain, made once."""
    where = with_knowledge(tmp_path_factory.mktemp("template") / "store")
    with GraphStore.open(where) as made:
        made.load_bytes((HEAD + CHAIN).encode(), key="chain", format="turtle")
    return where


@pytest.fixture
def store(template, tmp_path):
    with GraphStore.open(shutil.copytree(template, tmp_path / "store")) as made:
        yield made


def values(store):
    return {row["p"].removeprefix(EX): row["v"] for row in store.query(VALUES).dicts()}


def test_every_product_is_written_with_unit_bound_settings_and_calculation(store):
    made = materialize(Calculation(store))
    assert (made.footprints, made.refused, made.changed) == (2, [], True)
    assert values(store) == pytest.approx({"ore": 2.0, "metal": 6.0})
    row = store.query(
        "SELECT * { ?f tm:ofProduct <https://example.org/metal> ; tm:ofProcess ?process ; tm:amount ?amount ; tm:unit ?unit ;"
        " tm:errorBound ?bound ; tm:shareNotRestatable ?share ; tm:settings ?s ; tm:calculation ?c ."
        " ?s tm:gwpSet ?set ; tm:settingsHash ?hash . ?c tm:engineVersion ?version ; prov:used ?used }"
    ).dicts()
    assert {one["process"] for one in row} == {f"{EX}metal-making"}
    assert (row[0]["unit"], float(row[0]["amount"]), row[0]["share"]) == ("http://qudt.org/vocab/unit/KiloGM", 1.0, 0.0)
    assert 0 < row[0]["bound"] < 1e-12
    assert row[0]["set"] == "https://w3id.org/tanmai/id/gwp-set/AR6"
    assert row[0]["hash"] == Settings().as_dict()["hash"]
    assert len({one["used"] for one in row}) == len(store.datasets()) - 1  # all but the results themselves


def test_fresh_results_are_left_alone_and_stale_ones_replaced(store):
    materialize(Calculation(store))
    before = store.generation
    assert materialize(Calculation(store)).changed is False
    assert store.generation == before
    assert [each.fresh for each in stored(store)] == [True]
    store.load_bytes((HEAD + CHAIN.replace("tm:amount 2 ", "tm:amount 2.5 ")).encode(), key="chain", format="turtle")
    assert [each.fresh for each in stored(store)] == [False]
    assert materialize(Calculation(store)).changed is True
    assert values(store) == pytest.approx({"ore": 2.5, "metal": 7.5})
    assert [each.fresh for each in stored(store)] == [True]


def test_a_local_statement_makes_results_stale(store):
    materialize(Calculation(store))
    store.update(f"INSERT DATA {{ <{EX}more> tm:amount 2 }}")
    assert [each.fresh for each in stored(store)] == [False]


def test_a_kept_scenario_makes_no_result_stale_and_what_hides_in_its_graph_does(store):
    """Results of the data as they are do not follow from what a scenario would change."""
    materialize(Calculation(store))
    before = calculate(Calculation(store), f"{EX}metal").data["input_hash"]
    for key in ("s1", "s10"):
        change = AmountChange(f"{EX}metal-in-1", relative=0.1)
        add(store, Scenario(scenario_iri(store.base, key), (change,), {"en": key}))
    assert [each.fresh for each in stored(store)] == [True]
    assert calculate(Calculation(store), f"{EX}metal").data["input_hash"] == before
    assert materialize(Calculation(store)).changed is False
    graph = f"{scenario_iri(store.base, 's1')}/graph"
    store.update(f"INSERT DATA {{ GRAPH <{graph}> {{ <{EX}ore-emission-1> tm:note 1 }} }}")
    assert [each.fresh for each in stored(store)] == [False]
    assert calculate(Calculation(store), f"{EX}metal").data["input_hash"] != before


def test_without_any_product_nothing_is_called_fresh(with_knowledge, tmp_path):
    with (
        GraphStore.open(with_knowledge(tmp_path / "store")) as empty,
        pytest.raises(UnknownNameError, match="holds no product that can be calculated"),
    ):
        materialize(Calculation(empty))


def test_results_under_a_scenario_are_not_written(store):
    scenario = Scenario("", (AmountChange(f"{EX}metal-in-1", relative=0.1),))
    with pytest.raises(ScenarioError, match="Leave the scenario out"):
        materialize(Calculation(store).under(scenario))
    assert values(store) == {}


def test_results_are_no_input_of_results(store):
    before = calculate(Calculation(store), f"{EX}metal").data
    materialize(Calculation(store))
    after = calculate(Calculation(store), f"{EX}metal").data
    assert before["input_hash"] == after["input_hash"]
    assert before["inputs"] == after["inputs"]


def test_each_settings_has_results_of_its_own(store):
    materialize(Calculation(store))
    materialize(Calculation(store, Settings("AR5")))
    assert sorted(each.footprints for each in stored(store)) == [2, 2]
    assert len(store.query(VALUES).rows) == 4


def test_some_products_are_added_to_those_written_before(store):
    assert materialize(Calculation(store), [f"{EX}ore"]).footprints == 1
    assert materialize(Calculation(store), [f"{EX}metal-making"]).footprints == 2
    assert set(values(store)) == {"ore", "metal"}


def test_an_incomplete_product_is_refused_and_the_others_written(store):
    store.load_bytes((HEAD + GAP).encode(), key="gap", format="turtle")
    made = materialize(Calculation(store))
    assert [each.iri for each in made.refused] == [f"{EX}gap-making"]
    assert set(values(store)) == {"ore", "metal"}
    made = materialize(Calculation(store, Settings(reading=Reading("cutoff"))))
    assert (made.footprints, made.refused) == (3, [])


def test_results_of_which_nothing_holds_any_more_are_taken_out(store):
    materialize(Calculation(store), [f"{EX}metal"])
    broken = CHAIN.replace("tm:flow :ore ; tm:amount 3", "tm:flow :nothing ; tm:amount 3") + product("nothing")
    store.load_bytes((HEAD + broken).encode(), key="chain", format="turtle")
    assert materialize(Calculation(store), [f"{EX}metal"]).footprints == 0
    assert values(store) == {}


def test_what_is_cut_off_or_illustrative_upstream_is_marked_on_the_result(store):
    demo = CHAIN.replace(
        "tm:flow flow:CO2-fossil ; tm:amount 2 ;", "tm:flow flow:CO2-fossil ; tm:amount 2 ; tm:illustrative true ;"
    )
    assert demo != CHAIN
    store.load_bytes((HEAD + demo).encode(), key="chain", format="turtle")
    store.load_bytes((HEAD + GAP).encode(), key="gap", format="turtle")
    materialize(Calculation(store, Settings(reading=Reading("cutoff"))))
    text = "SELECT ?p ?cut ?toy { ?f tm:ofProduct ?p ; tm:hasCutOffs ?cut . OPTIONAL { ?f tm:illustrative ?toy } }"
    found = {row["p"].removeprefix(EX): (row["cut"], row["toy"]) for row in store.query(text).dicts()}
    assert found == {"ore": (False, True), "metal": (False, True), "gap": (True, None)}


def test_the_calculation_names_the_generation_it_read(store):
    before = store.generation
    materialize(Calculation(store))
    assert store.query("SELECT ?g { ?c a tm:Calculation ; tm:inGeneration ?g }").scalar().endswith(before)


def test_taking_results_out_leaves_them_in_the_archive(store):
    made = materialize(Calculation(store))
    assert [version.key for version in retire(store)] == [made.dataset]
    assert (values(store), stored(store)) == ({}, [])
    with store.version(made.dataset, 1) as old:
        assert len(old.query(VALUES).rows) == 2


def test_the_compiled_system_is_handed_on(store):
    calculation = Calculation(store)
    calculation.snapshot  # noqa: B018 - compiled here
    (file,) = store.cache_dir().glob("system-*")
    materialize(calculation)
    (handed,) = store.cache_dir().glob("system-*")
    assert handed != file
    assert handed.samefile(file)


def test_the_names_of_results_do_not_change_with_the_data(store):
    materialize(Calculation(store))
    names = {row["f"] for row in store.query("SELECT ?f { ?f a tm:ComputedFootprint }").dicts()}
    store.load_bytes((HEAD + CHAIN.replace("tm:amount 2 ", "tm:amount 9 ")).encode(), key="chain", format="turtle")
    materialize(Calculation(store))
    assert names == {row["f"] for row in store.query("SELECT ?f { ?f a tm:ComputedFootprint }").dicts()}
