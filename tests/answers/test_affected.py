"""What changed between two states of a store, and which footprints with it (competency question 30, use case UC-13)."""

import pytest
from chains import EX, HEAD, process, product

from footprint.errors import IncompleteInventory
from graphstore import GraphStore
from graphstore.answers.affected import affected
from graphstore.answers.graph import Calculation, Settings

CO2 = "flow:CO2-fossil"
GRID = "ef:footprint-CN-grid-average-2024"


def chain(alumina=1250, use=1.92, grid=GRID, more=""):
    """Rule R31 with some power in the profile: 120 + 1.08 x 11800 + 100 x 0.5777 = 12921.77; a gadget that uses none of it."""
    power = ((":power", 100, "unit:KiloW-HR", f"tm:defaultProvider {grid} ;"),)
    return (
        process("alumina", unit="unit:TONNE", emissions=((CO2, alumina),))
        + process("ingot", unit="unit:TONNE", inputs=((":alumina", use, "unit:TONNE"),), emissions=((CO2, 9400),))
        + process("profile", unit="unit:TONNE", inputs=((":ingot", 1.08, "unit:TONNE"), *power), emissions=((CO2, 120),))
        + process("gadget", emissions=((CO2, 3),)) + product("power") + more
    )  # fmt: skip


@pytest.fixture
def store(tmp_path, with_knowledge):
    with GraphStore.open(with_knowledge(tmp_path / "store")) as store:
        yield store


@pytest.fixture
def between(store, tmp_path):
    """Load two versions, and compare them."""

    def compare(old, new, **settings):
        for name, text in (("one", old), ("two", new)):
            store.load_bytes((HEAD + text).encode(), key="case", format="turtle")
            store.release(name)
        with (
            GraphStore.open(tmp_path / "store", release="one") as one,
            GraphStore.open(tmp_path / "store", release="two") as two,
        ):
            return affected(Calculation(one, Settings(**settings)), Calculation(two, Settings(**settings)))

    return compare


def short(iri):
    return iri.removeprefix(EX)


def products(data):
    return {short(p["product"]["iri"]): (p["base"], p["new"]) for p in data["products"]}


def test_alumina_changes_and_ingot_and_profile_with_it(between):
    """1250 -> 1000: ingot 11320, profile 120 + 1.08 x 11320 + 57.77; the gadget is not computed anew."""
    data = between(chain(), chain(alumina=1000))
    assert [(short(n["exchange"]), n["old"], n["new"]) for n in data["numbers"]] == [("alumina-emission-1", 1250, 1000)]
    assert products(data) == {
        "alumina": (1250, 1000),
        "ingot": (pytest.approx(11800), pytest.approx(11320)),
        "profile": (pytest.approx(12921.77), pytest.approx(12403.37)),
    }
    assert (data["downstream"], data["recomputed"], data["activities"]) == (3, 3, 5)  # the fifth is the grid factor


def test_another_factor_for_one_input(between):
    data = between(chain(), chain(grid="ef:footprint-CN-hydro-2024"))
    (number,) = data["numbers"]
    assert (short(number["exchange"]), number["old"], number["new"]) == ("profile-in-2", 100, 100)
    ends = [number[key]["iri"].rpartition("/")[2] for key in ("old_provider", "new_provider")]
    assert ends == ["footprint-CN-grid-average-2024", "footprint-CN-hydro-2024"]
    assert products(data) == {"profile": (pytest.approx(12921.77), pytest.approx(12864 + 1.41))}


def test_a_factor_with_a_new_value(between):
    """Our own factor 0.5 -> 0.6 kg per kWh: 100 kWh in the profile."""
    own = ":own a tm:EmissionFactor ; tm:perUnit unit:KiloW-HR ; tm:gwpSet set:AR6 ; tm:co2e {} .\n"
    data = between(chain(grid=":own", more=own.format(0.5)), chain(grid=":own", more=own.format(0.6)))
    assert [(n["kind"], short(n["factor"]["iri"]), n["old"], n["new"]) for n in data["numbers"]] == [
        ("factor", "own", 0.5, 0.6)
    ]
    assert products(data) == {"profile": (pytest.approx(12914), pytest.approx(12924))}


def test_products_that_come_and_go(between):
    data = between(chain(), chain().replace("gadget", "widget"))
    assert products(data) == {"widget": (None, 3.0), "gadget": (3.0, None)}
    told = {short(n["exchange"]): (n["old"], n["new"]) for n in data["numbers"] if n["kind"] == "exchange"}
    assert told == {"gadget-emission-1": (3, None), "widget-emission-1": (None, 3)}


def test_a_change_that_cancels_is_downstream_and_changes_nothing(between):
    """Half the emission and half the output of one run: the same per kilogram."""
    halved = chain().replace(":gadget ; tm:amount 1 ;", ":gadget ; tm:amount 0.5 ;")
    halved = halved.replace("tm:flow flow:CO2-fossil ; tm:amount 3 ;", "tm:flow flow:CO2-fossil ; tm:amount 1.5 ;")
    data = between(chain(), halved)
    assert data["products"] == []
    assert data["downstream"] == 1
    assert {n["kind"]: (n["old"], n["new"]) for n in data["numbers"]} == {"exchange": (3, 1.5), "output": (1, 0.5)}


def test_the_same_data_changed_nothing(between):
    data = between(chain(), chain())
    assert (data["numbers"], data["products"], data["recomputed"]) == ([], [], 0)


def test_gaps_are_not_passed_over(between):
    open_ended = chain() + process("open", inputs=((":nothing", 1),)) + product("nothing")
    with pytest.raises(IncompleteInventory, match="nothing"):
        between(chain(), open_ended)
