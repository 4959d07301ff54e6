"""Answers at the size of a real database, and from statements that several datasets make."""

from chains import EX, HEAD, process, product

from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import input_hash
from graphstore.answers.names import Names
from graphstore.queries import load

GAP = process("part", inputs=((":steel", 2),), emissions=(("flow:CO2-fossil", 1),)) + product("steel")


def test_more_nodes_than_fit_into_one_query_are_asked_all_the_same(case):
    calculation = case(GAP).calculation(unlinked="cutoff")
    many = [f"{EX}{'x' * 80}{number}" for number in range(20_000)]
    names = Names(calculation)
    names.learn([*many, f"{EX}part"])
    assert names[f"{EX}part"].in_language("en") == "part"
    assert calculation.about(load("labels"), "node", many) == []


def test_a_cut_off_that_two_datasets_state_is_listed_once(case, knowledge_store):
    loaded = case(GAP)
    knowledge_store.load_bytes((HEAD + GAP).encode(), key="again", format="turtle")
    try:
        assert [cut["exchange"] for cut in loaded.footprint("part", unlinked="cutoff")["cutoffs"]] == [f"{EX}part-in-1"]
    finally:
        knowledge_store.retire("again")


def test_the_input_hash_covers_datasets_settings_and_local_statements(case, knowledge_store):
    loaded = case(GAP)

    def found(**settings):
        return loaded.footprint("part", unlinked="cutoff", **settings)["input_hash"]

    first = found()
    assert first == found()
    assert first != found(gwp="AR5")
    statement = f"<{EX}more> <https://w3id.org/tanmai/ontology#amount> 2"
    knowledge_store.update(f"INSERT DATA {{ {statement} }}")
    changed = found()
    knowledge_store.update(f"DELETE DATA {{ {statement} }}")
    assert changed != first == found()
    with knowledge_store.as_of("2000-01-01") as past:
        assert input_hash(Calculation(past), f"{EX}part", 1.0) != input_hash(
            Calculation(knowledge_store), f"{EX}part", 1.0
        )
