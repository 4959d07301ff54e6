"""What audiences read: all that they may, nothing else, and the numbers of the whole store (UC-11)."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from canaries import FOIL, HIDDEN, INGOT, LOCAL, MILL, RECIPE, RESULT, SHOWN, SMELTER, fill, know, leaks, met
from chains import EX, HEAD, process, product

from graphstore import GraphStore
from graphstore.answers.explanation import explain
from graphstore.answers.flowchart import flowchart
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation, Settings
from graphstore.answers.names import Names
from graphstore.answers.question import ask
from graphstore.answers.suppliers import suppliers
from graphstore.answers.uncertainty import uncertainty
from graphstore.answers.whatif import whatif
from graphstore.audiences import changes
from graphstore.audiences.visibility import Audience, Extent, Level
from graphstore.doctor import rebuild
from graphstore.errors import AudienceError, ModeError, UnknownNameError
from graphstore.search.index import SearchIndex
from registry.errors import PublishingError
from registry.publishing import publish as publishing
from registry.publishing.publish import Publication, outdated, publish
from registry.publishing.refreshing import behind, catch_up, refresh, up_to_date
from schemes.contributions import contributions
from schemes.primary import primary_share

FOIL_IRI, INGOT_IRI = EX + "foil", EX + "ingot"
Made = Callable[[], GraphStore]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with canaries, published to its audiences; for reading."""
    path = tmp_path_factory.mktemp("audiences") / "store"
    with GraphStore.open(path) as store:
        fill(store)
        assert [each.whole for each in publish(store)] == [True, True]
    return path


@pytest.fixture
def path(filled: Path, tmp_path: Path) -> Path:
    """The same for a test to change."""
    return Path(shutil.copytree(filled, tmp_path / "store"))


@pytest.fixture(scope="module")
def unchanged(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    """The same, open for writing, for tests in which all that is asked of it is refused."""
    with GraphStore.open(Path(shutil.copytree(filled, tmp_path_factory.mktemp("unchanged") / "store"))) as store:
        before = store.generation
        yield store
        assert store.generation == before


def view(path: Path, audience: str = "buyer") -> GraphStore:
    return GraphStore.open(path / "audiences" / audience, mode="read")


def occurring(path: Path, canaries: Iterable[str]) -> set[str]:
    return {canary for _, found in leaks(path, canaries) for canary in found}


def total(store: GraphStore, product: str = FOIL_IRI, **settings: Any) -> dict[str, Any]:
    return calculate(Calculation(store, Settings(**settings)), product).data


def keys(store: GraphStore) -> set[str]:
    return {version.key for version in store.datasets() if not version.key.startswith("tanmai/")}


# ------------------------------------------------------------ what is read


@pytest.mark.parametrize(
    ("audience", "expected"), [("buyer", {"open", "mill", "published-results"}), ("rival", {"open"})]
)
def test_an_audience_reads_what_it_may(filled, audience, expected):
    with view(filled, audience) as store:
        assert keys(store) == expected
        assert store.local_statements() == {}


@pytest.mark.parametrize("audience", ["buyer", "rival"])
def test_no_file_of_an_audience_holds_what_it_may_not_read(filled, audience):
    with view(filled, audience) as store:
        store.query("SELECT (tmf:footprint(?p) AS ?f) { ?p a tm:Product }").serialize("csv")
        with SearchIndex.of(store) as index:
            index.search("zq")
    here = filled / "audiences" / audience
    assert occurring(here, (*SHOWN[audience], *HIDDEN[audience])) == set(SHOWN[audience])


def test_the_whole_store_holds_every_canary(filled):
    canaries = {*SHOWN["buyer"], *HIDDEN["buyer"]}
    assert occurring(filled / "generations", canaries) == canaries


def test_who_shares_with_whom_is_the_organisations_own_affair(filled):
    with view(filled) as store:
        assert not store.query("ASK { { ?s a tm:Audience } UNION { ?s tm:sharing ?o } UNION { ?s tm:accessLevel ?o } }")
        assert store.datasets(all_versions=True) == store.datasets()


# ------------------------------------------------------------ the numbers


def test_a_partner_computes_the_footprint_of_the_whole_store(filled):
    with GraphStore.open(filled, mode="read") as whole, view(filled) as store:
        ours, theirs = total(whole)["total"], total(store)["total"]
        assert ours["value"] == pytest.approx(FOIL, rel=1e-14)
        assert abs(theirs["value"] - ours["value"]) <= ours["error_bound"] + theirs["error_bound"]


def test_the_total_of_the_hidden_product_is_stated_without_its_inventory(filled):
    with view(filled) as store:
        rows = store.query(
            "SELECT ?co2e ?share ?boundary { ?f a tm:PublishedFootprint ; tm:ofProduct <https://example.org/ingot> ; tm:co2e ?co2e ; "
            "tm:primaryDataShare ?share ; tm:systemBoundary ?boundary ; tm:unit unit:KiloGM ; tm:settings/tm:gwpSet ?set }"
        ).values()
        [(co2e, share, boundary)] = rows
        assert float(str(co2e)) == pytest.approx(INGOT, rel=1e-14)
        assert float(str(share)) == 0
        assert str(boundary).endswith("/cradle-to-gate")
        assert not store.query("ASK { ?process tm:output/tm:flow <https://example.org/ingot> }")


def test_answers_stop_at_the_confidential_product(filled):
    with view(filled) as store:
        calculation = Calculation(store)
        [contribution] = total(store)["contributions"]
        assert contribution["value"] == pytest.approx(FOIL)
        told = [
            total(store),
            explain(calculation, FOIL_IRI, depth=12, cutoff=0.0),
            whatif(calculation, FOIL_IRI, texts=[("set", f"{EX}foil-ingot=2")], products=10),
            uncertainty(calculation, FOIL_IRI),
            suppliers(calculation, FOIL_IRI),
            flowchart(calculation, FOIL_IRI),
        ]
        assert met(json.dumps(told, default=str).encode(), HIDDEN["buyer"]) == []


# ------------------------------------------------------------ a chain of one's own

CHAIN = Callable[..., tuple[GraphStore, Publication]]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the knowledge alone, published to `buyer`."""
    path = tmp_path_factory.mktemp("bare") / "store"
    with GraphStore.open(path) as store:
        with store.transaction("knowledge") as transaction:
            know(transaction)
        changes.add(store, "buyer", Audience("The buyer"))
        publish(store)
    return path


@pytest.fixture
def chain(tmp_path: Path, bare: Path) -> Iterator[CHAIN]:
    """Load datasets by key beside the reference knowledge, share them, publish to `buyer`."""
    opened = []

    def make(sharing: dict[str, Extent], settings: Audience | None = None, local: str = "", **datasets: str) -> Any:
        store = GraphStore.open(Path(shutil.copytree(bare, tmp_path / "chain")))
        opened.append(store)
        with store.transaction("chain") as transaction:
            for key, text in datasets.items():
                transaction.load_bytes((HEAD + text).encode(), key=key, format="turtle")
            if local:
                transaction.update(local)
        if settings is not None:
            changes.add(store, "buyer", settings)
        for key, extent in sharing.items():
            changes.share(store, key, "buyer", extent)
        [made] = publish(store, ["buyer"])
        return store, made

    yield make
    for store in opened:
        store.close()


DATA, TOTAL = Extent.DATA, Extent.RESULT
ORE = process("ore", emissions=(("flow:CO2-fossil", 2),))
METAL = process("metal", inputs=((":ore", 3),), emissions=(("flow:CO2-fossil", 1),))
"""1 + 3 x 2 = 7 kg CO2e per kg."""
PART = process("part", inputs=((":metal", 0.5),))
"""0.5 x 7 = 3.5 kg CO2e per kg."""


def their_total(store: GraphStore, product: str, **settings: Any) -> float:
    with view(Path(str(store.path))) as theirs:
        return float(total(theirs, EX + product, **settings)["total"]["value"])


def test_a_supplier_of_which_nothing_is_shared_is_a_gap_and_no_silent_number(chain):
    other = process("metal", flow=":metal").replace(":metal-", ":other-")
    store, made = chain({"part": DATA, "other": DATA}, ore=ORE, metal=METAL, other=other, part=PART)
    assert [(w.iri, w.reason, w.supplier) for w in made.withheld] == [(EX + "part-in-1", "", EX + "metal-making")]
    assert not made.whole
    with view(Path(str(store.path))) as theirs, pytest.raises(Exception, match="no process or factor supplies"):
        total(theirs, EX + "part")


def test_data_that_stand_in_between_are_published_only_where_they_are_drawn_on(chain):
    store, made = chain({"metal": TOTAL}, metal=ORE + METAL)
    assert [t.product for t in made.totals] == [EX + "metal"]
    store.close()


def test_what_a_study_is_about_is_the_result_of_its_dataset(chain):
    study = ":study a tm:FootprintStudy ; tm:studyProduct :ore ; tm:systemBoundary <https://w3id.org/tanmai/id/boundary/cradle-to-grave> ."
    store, made = chain({"metal": TOTAL}, metal=ORE + METAL + study)
    assert [(t.product, t.value) for t in made.totals] == [(EX + "ore", 2.0)]
    with view(Path(str(store.path))) as theirs:
        assert theirs.query(
            "ASK { ?f tm:systemBoundary <https://w3id.org/tanmai/id/boundary/cradle-to-grave> ; tm:ofProduct ?p }"
        )


def test_a_factor_is_stated_in_the_unit_it_is_asked_in(chain):
    part = process("part", inputs=((":metal", 500, "unit:GM"),))
    store, made = chain({"part": DATA, "metal": TOTAL}, metal=ORE + METAL, part=part)
    assert made.whole
    assert {t.unit.rpartition("/")[2]: t.value for t in made.totals} == {"KiloGM": 7.0, "GM": pytest.approx(0.007)}
    assert their_total(store, "part") == pytest.approx(3.5, rel=1e-14)


def test_a_loop_through_hidden_and_shared_data_has_one_number(chain):
    metal = process("metal", inputs=((":part", 0.25),), emissions=(("flow:CO2-fossil", 7),))
    store, made = chain({"part": DATA, "metal": TOTAL}, metal=metal, part=PART)
    assert made.whole
    # part = metal / 2, metal = 7 + part / 4, so part = 3.5 + part / 8 = 4
    assert their_total(store, "part") == pytest.approx(4.0, rel=1e-12)


def test_the_supplier_that_shared_data_choose_keeps_its_name(chain):
    link = ":part-in-1 tm:linkedTo :metal-making ."
    store, made = chain({"part": DATA, "metal": TOTAL}, metal=ORE + METAL, part=PART + link)
    assert made.whole
    assert their_total(store, "part") == pytest.approx(3.5)


def test_co_products_of_one_hidden_process_each_have_their_factor(chain):
    metal = process(
        "metal",
        amount=3,
        outputs=((":slag", 1, "unit:KiloGM", "tm:allocationFactor 0.25 ;"),),
        emissions=(("flow:CO2-fossil", 8),),
        more="tm:allocationMethod method:mass ;",
    )
    metal += ':slag a tm:Product ; rdfs:label "slag"@en .'
    part = process("part", inputs=((":metal", 1), (":slag", 1)))
    store, made = chain({"part": DATA, "metal": TOTAL}, metal=metal, part=part)
    assert made.whole
    assert {t.product: t.value for t in made.totals} == {
        EX + "metal": pytest.approx(2.0),
        EX + "slag": pytest.approx(2.0),
    }
    assert their_total(store, "part") == pytest.approx(4.0)


def test_a_waste_that_a_hidden_process_treats_costs_what_it_costs_us(chain):
    treatment = ':dross a tm:WasteFlow ; rdfs:label "dross"@en . :dross-in a tm:Exchange ; tm:flow :dross ; tm:amount 1 ; tm:unit unit:KiloGM . '
    treatment += ":treating a tm:UnitProcess ; tm:quantitativeReference :dross-in ; tm:input :dross-in ; tm:emission :dross-co2 . "
    treatment += ":dross-co2 a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 5 ; tm:unit unit:KiloGM ."
    part = process("part", outputs=((":dross", 0.5),), emissions=(("flow:CO2-fossil", 1),))
    store, made = chain({"part": DATA, "waste": TOTAL}, waste=treatment, part=part)
    assert made.whole
    assert their_total(store, "part") == pytest.approx(3.5)


BLANK_PART = """
:part a tm:Product . :part-out a tm:Exchange ; tm:flow :part ; tm:amount 1 ; tm:unit unit:KiloGM .
:part-making a tm:UnitProcess ; tm:quantitativeReference :part-out ; tm:output :part-out ;
  tm:input [ a tm:Exchange ; tm:flow :metal ; tm:amount 0.5 ; tm:unit unit:KiloGM ] .
"""


def test_an_exchange_without_a_name_is_found_again_after_a_rebuild(chain):
    store, made = chain({"part": DATA, "metal": TOTAL}, metal=ORE + METAL, part=BLANK_PART)
    assert made.whole
    path = Path(str(store.path))
    store.close()
    rebuild(path)
    with GraphStore.open(path) as again:
        [made] = publish(again, ["buyer"])
        assert made.whole
        assert their_total(again, "part") == pytest.approx(3.5)


FACTOR = (
    ":bought a tm:EmissionFactor ; tm:co2e 7 ; tm:perUnit unit:KiloGM ; tm:gwpSet set:AR6 ; rdfs:label 'at a price' ."
)
BUYS = process("part", inputs=((":metal", 0.5, "unit:KiloGM", "tm:defaultProvider :bought ;"),)) + product("metal")


def test_a_licensed_factor_is_used_without_being_read(chain):
    store, made = chain({"part": DATA, "factors": TOTAL}, factors=FACTOR, part=BUYS)
    assert made.whole
    assert their_total(store, "part") == pytest.approx(3.5)
    with view(Path(str(store.path))) as theirs:
        assert not theirs.query("ASK { ?factor rdfs:label 'at a price' }")


def test_a_licensed_factor_that_is_not_shared_is_a_gap(chain):
    _, made = chain({"part": DATA}, factors=FACTOR, part=BUYS)
    assert [(w.iri, w.supplier) for w in made.withheld] == [(EX + "part-in-1", EX + "bought")]


def test_biogenic_carbon_stays_apart(chain):
    wood = process("wood", emissions=(("flow:CO2-fossil", 1), ("flow:CO2-biogenic-co2-release", 4)))
    part = process("part", inputs=((":wood", 2),))
    store, made = chain({"part": DATA, "wood": TOTAL}, wood=wood, part=part)
    assert made.whole
    with view(Path(str(store.path))) as theirs:
        told = total(theirs, EX + "part")
        assert told["total"]["value"] == pytest.approx(2.0)
        assert told["total_including_biogenic_co2"]["value"] == pytest.approx(10.0)


def test_the_share_of_primary_data_is_that_of_the_whole_store(chain):
    ore = process(
        "ore",
        emissions=(
            ("flow:CO2-fossil", 2, "unit:KiloGM", "tm:dataKind <https://w3id.org/tanmai/id/data-kind/primary> ;"),
        ),
    )
    store, made = chain({"part": DATA, "metal": TOTAL}, metal=ore + METAL, part=PART)
    assert made.totals[0].primary == pytest.approx(6 / 7)
    with view(Path(str(store.path))) as theirs:
        calculation = Calculation(theirs)
        question, names = ask(calculation, EX + "part", 1.0, None), Names(calculation)
        told = primary_share(calculation, contributions(question), names)
        assert told["readings"]["activity"]["share"] == pytest.approx(6 / 7)


@pytest.mark.parametrize(("credit", "share"), [("", 2 / 3), ("tm:avoided true ;", 0.5)])
def test_primary_shares_weigh_sizes_also_with_credits(chain, credit, share):
    """2 kg rest on primary data, 1 kg on secondary; a credit of 2 kg on secondary data weighs by its size."""
    kind = "tm:dataKind <https://w3id.org/tanmai/id/data-kind/{}> ;"
    ore = process("ore", emissions=(("flow:CO2-fossil", 1, "unit:KiloGM", kind.format("secondary")),))
    rod = process("rod", emissions=(("flow:CO2-fossil", 2, "unit:KiloGM", kind.format("primary")),))
    metal = process("metal", inputs=((":rod", 1), (":ore", 2 if credit else 1, "unit:KiloGM", credit)))
    _, made = chain({"metal": TOTAL}, metal=ore + rod + metal)
    assert made.totals[0].primary == pytest.approx(share)


def test_totals_follow_the_settings_of_the_audience(chain):
    store, made = chain({"metal": TOTAL}, Audience("", gwp="AR4", unlinked="cutoff"), metal=METAL + product("ore"))
    assert [(t.product, t.value, t.cut_offs) for t in made.totals] == [(EX + "metal", 1.0, True)]
    with view(Path(str(store.path))) as theirs:
        assert theirs.query(
            "ASK { ?f a tm:PublishedFootprint ; tm:settings/tm:gwpSet <https://w3id.org/tanmai/id/gwp-set/AR4> }"
        )


def test_a_total_with_a_gap_is_no_total(chain):
    _, made = chain({"metal": TOTAL}, metal=METAL + product("ore"))
    [withheld] = made.withheld
    assert withheld.iri == EX + "metal"
    assert "nothing supplies" in withheld.reason
    assert made.totals == ()


def test_what_hidden_data_add_to_shared_ones_shows_as_a_difference(chain):
    more = ":part-making tm:input :part-more . :part-more a tm:Exchange ; tm:flow :ore ; tm:amount 1 ; tm:unit unit:KiloGM ."
    store, made = chain({"part": DATA, "metal": TOTAL}, metal=ORE + METAL, part=PART, amendment=more)
    [difference] = made.checked.differences
    assert (difference.iri, difference.whole, difference.there) == (
        EX + "part-making",
        pytest.approx(5.5),
        pytest.approx(3.5),
    )
    with view(Path(str(store.path))) as theirs:
        assert not theirs.query("ASK { <https://example.org/part-more> ?p ?o }")


def test_a_local_choice_of_supplier_is_not_told(chain):
    other = process("metal", flow=":metal", emissions=(("flow:CO2-fossil", 9),)).replace(":metal-", ":zzother-")
    local = f"INSERT DATA {{ <{EX}part-in-1> tm:linkedTo <{EX}zzother-making> }}"
    store, made = chain(
        {"part": DATA, "metal": DATA, "other": DATA}, local=local, metal=ORE + METAL, other=other, part=PART
    )
    [difference] = made.checked.differences
    assert (difference.whole, difference.there) == (pytest.approx(4.5), pytest.approx(3.5))
    with view(Path(str(store.path))) as theirs:
        assert not theirs.query("ASK { ?exchange tm:linkedTo ?supplier }")


# ------------------------------------------------------------ change


def test_publishing_twice_publishes_once(path):
    with GraphStore.open(path) as store:
        before = [view(path, each).generation for each in ("buyer", "rival")]
        assert [each.changed for each in publish(store)] == [False, False]
        assert [view(path, each).generation for each in ("buyer", "rival")] == before


def test_a_change_of_what_an_audience_does_not_read_does_not_show(path):
    with GraphStore.open(path) as store:
        store.update("INSERT DATA { <urn:zqlocal> rdfs:label 'another' }")
        store.load_bytes(b"<urn:a> <urn:b> <urn:c> .", key="zqother", format="turtle")
        assert [each.changed for each in publish(store)] == [False, False]


def test_what_is_withdrawn_is_gone_from_every_file(path):
    here = path / "audiences" / "buyer"
    with view(path) as reader:
        total(reader)
        (here / "tmp" / "asof-left-by-a-killed-reader").mkdir()
        (here / "tmp" / "asof-left-by-a-killed-reader" / "x").write_bytes(b"zqmill")
        with GraphStore.open(path) as store:
            changes.unshare(store, "mill", "buyer")
            [made] = publish(store, ["buyer"])
            assert (made.changed, made.anew) == (True, True)
        assert leaks(here, [*MILL, *HIDDEN["buyer"]]) == []
        assert (
            len(reader.query("SELECT ?s { ?s a tm:UnitProcess }")) > 0
        )  # who was reading reads on, to the end of its answer
    with view(path) as store:
        assert keys(store) == {"open", "published-results"}


def test_a_result_that_is_withdrawn_is_gone_from_every_file(path):
    with GraphStore.open(path) as store:
        changes.unshare(store, "zqsmelter-data", "buyer")
        [made] = publish(store, ["buyer"])
        assert made.anew
        assert [w.iri for w in made.withheld] == [EX + "foil-ingot"]
    assert leaks(path / "audiences" / "buyer", [*RESULT, *HIDDEN["buyer"]]) == []


def test_from_data_to_result_the_data_go(path):
    with GraphStore.open(path) as store:
        changes.share(store, "mill", "buyer", Extent.RESULT)
        [made] = publish(store, ["buyer"])
        assert made.anew
        assert {t.product for t in made.totals} == {FOIL_IRI, INGOT_IRI}
    assert leaks(path / "audiences" / "buyer", MILL[1:]) == []


def test_a_new_version_reaches_the_audience_and_old_results_are_replaced(path):
    with GraphStore.open(path) as store:
        text = store.version("zqrecipe-data").engine.dump(format=__import__("pyoxigraph").RdfFormat.TRIG).decode()
        graph = text.partition("<https://w3id.org/tanmai/local/id/dataset/zqrecipe-data/v1> {")[2].partition("\n}")[0]
        store.load_bytes(graph.replace(RECIPE[2], "1").encode(), key="zqrecipe-data", format="turtle")
        [made] = publish(store, ["buyer"])
        assert (made.changed, made.anew) == (True, False)
    with view(path) as store:
        assert total(store)["total"]["value"] == pytest.approx(1.28125 * (3 + 0.13720703125))


def test_an_audience_that_is_removed_leaves_no_byte(path):
    with GraphStore.open(path) as store:
        assert set(changes.remove(store, "buyer")) == {"mill", "zqsmelter-data"}
        refresh(store)
    assert sorted(each.name for each in (path / "audiences").iterdir()) == ["rival"]


def test_a_store_that_cannot_be_computed_takes_no_partner_hostage(path):
    """A withdrawal holds also where the totals cannot be computed; without one the audience sees what it saw."""
    knot = HEAD + process("knot", inputs=((":knot", 1),)).replace("tm:amount 1 ;  tm:unit", "tm:amount 1 ; tm:unit")
    with GraphStore.open(path) as store:
        store.load_bytes(knot.encode(), key="knot", format="turtle")
        with pytest.raises(PublishingError, match="sees what it saw before"):
            publish(store, ["buyer"])
        assert keys(view(path)) == {"open", "mill", "published-results"}
        changes.unshare(store, "mill", "buyer")
        with pytest.raises(PublishingError, match="sees nothing"):
            publish(store, ["buyer"])
        assert not (path / "audiences" / "buyer").exists()
        assert outdated(store) == ["buyer"]


def test_what_fails_for_one_audience_keeps_no_other_from_losing_what_was_withdrawn(path, monkeypatch):
    with GraphStore.open(path) as store:
        changes.add(store, "a-first", Audience("first by name", gwp="AR5"))
        changes.share(store, "zqsmelter-data", "a-first", Extent.RESULT)
        publish(store)
        before = publishing._Answer.made

        def failing(self: object) -> object:
            if self._whole.calculation.settings.gwp == "AR5":  # type: ignore[attr-defined]
                raise MemoryError("as a process at its limit has it")
            return before(self)

        monkeypatch.setattr(publishing._Answer, "made", failing)
        changes.unshare(store, "mill", "buyer")
        with pytest.raises(MemoryError):
            publish(store)
        assert keys(view(path)) == {"open", "published-results"}
        assert (path / "audiences" / "a-first").exists()
        changes.unshare(store, "zqsmelter-data", "a-first")
        changes.share(store, "mill", "a-first", Extent.DATA)
        with pytest.raises(MemoryError):
            publish(store)
        assert not (path / "audiences" / "a-first").exists(), "the total it may know no longer"


CRASHING = """
import sys
from graphstore import GraphStore
from graphstore.audiences import changes
from registry.publishing.publish import publish
with GraphStore.open(sys.argv[1]) as store:
    changes.unshare(store, "mill", "buyer")
    publish(store)
"""


def test_what_a_writer_left_undone_that_died_is_done_by_who_comes_next(path, monkeypatch):
    assert catch_up(path) == []
    before = (path / "audiences" / "buyer" / "generations").stat().st_mtime_ns
    monkeypatch.setenv("TANMAI_CRASH_AT", "publishing:1")
    assert subprocess.run([sys.executable, "-c", CRASHING, str(path)], check=False).returncode == -signal.SIGKILL
    monkeypatch.delenv("TANMAI_CRASH_AT")
    with GraphStore.open(path, mode="read") as store:
        assert (behind(store), up_to_date(store)) == (True, False)
    assert keys(view(path)) == {"open", "mill", "published-results"}
    assert [each.audience for each in catch_up(path)] == ["buyer", "rival"]
    assert keys(view(path)) == {"open", "published-results"}
    assert leaks(path / "audiences" / "buyer", MILL) == []
    assert (path / "audiences" / "buyer" / "generations").stat().st_mtime_ns > before
    assert catch_up(path) == []


def test_a_store_whose_audiences_have_no_stores_yet_is_caught_up_with(path):
    shutil.rmtree(path / "audiences")
    (path / "AUDIENCES").unlink()
    assert [each.audience for each in catch_up(path)] == ["buyer", "rival"]
    assert keys(view(path)) == {"open", "mill", "published-results"}


def test_who_may_read_what_is_rebuilt_from_the_journal(path):
    rebuild(path)
    with GraphStore.open(path) as store:
        assert [each.changed for each in publish(store)] == [False, False]
        reasons = store.query(
            "SELECT ?reason { ?d dcterms:identifier 'mill' ; tm:statusEvent ?e . ?e tm:reason ?reason }"
        ).values()
        assert [str(reason) for (reason,) in reasons] == ["shared with buyer as data"]


# ------------------------------------------------------------ what cannot be


def test_confidential_data_are_never_shared(path):
    with GraphStore.open(path) as store:
        with pytest.raises(AudienceError, match="confidential"):
            changes.share(store, "zqrecipe-data", "buyer", Extent.DATA)
        assert changes.set_level(store, "mill", Level.CONFIDENTIAL) == ["buyer"]
        publish(store)
    assert leaks(path / "audiences" / "buyer", MILL[1:]) == []


@pytest.mark.parametrize("name", ["", "A", "../rival", "a/b", ".buyer.new", "-a", "a" * 41, "a\n", "ä"])
def test_nothing_but_a_name_becomes_a_path(unchanged, name):
    with pytest.raises(AudienceError, match="names no audience"):
        changes.add(unchanged, name, Audience(""))


def test_unknown_audiences_and_datasets_are_named(unchanged):
    with pytest.raises(AudienceError, match=r"no audience 'nobody'.*buyer, rival"):
        changes.share(unchanged, "mill", "nobody", Extent.DATA)
    with pytest.raises(UnknownNameError, match="no dataset 'nothing'"):
        changes.share(unchanged, "nothing", "buyer", Extent.DATA)
    with pytest.raises(AudienceError, match="no audience 'nobody'"):
        publish(unchanged, ["nobody"])


def test_written_results_are_of_the_whole_store(path):
    from graphstore.answers.results import materialize

    with GraphStore.open(path) as store:
        key = materialize(Calculation(store)).dataset
        with pytest.raises(AudienceError, match="speak of the whole store"):
            changes.set_level(store, key, Level.PUBLIC)
        publish(store)
    assert leaks(path / "audiences" / "buyer", HIDDEN["buyer"]) == []


def test_nobody_writes_into_what_an_audience_reads(filled):
    with pytest.raises(ModeError, match="only read"):
        GraphStore.open(filled / "audiences" / "buyer")


def test_public_data_need_no_sharing_and_sharing_with_everybody_is_with_each(path):
    with GraphStore.open(path) as store:
        changes.add(store, "public", Audience("Everybody"))
        changes.share(store, "mill", "public", Extent.RESULT)
        publish(store)
    assert {each: keys(view(path, each)) for each in ("public", "rival")} == {
        "public": {"open", "published-results"},
        "rival": {"open", "published-results"},
    }
    assert leaks(path / "audiences" / "rival", [*LOCAL, *SMELTER, *MILL[1:]]) == []
