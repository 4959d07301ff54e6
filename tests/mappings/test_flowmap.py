"""The table that says which flows are greenhouse gases."""

import csv
import io
from importlib.resources import files

import pytest

from mappings.errors import FlowMapError
from mappings.flowmap import FlowMap, Substance, known_gases, plain_cas

FULL = "flow_uuid,cas,flow_name,compartment,direction,gas,category\n"


def found(flow_map, name, *, cas="", path="air/unspecified", direction="output", uuid=""):
    rule = flow_map.find(Substance(uuid, name, cas, path, direction))
    return (rule.gas, rule.category) if rule and rule.gas else None


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "map.csv"
        path.write_text(text, encoding)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("Carbon dioxide, fossil ", {}, ("CO2", "fossil")),
        ("carbon dioxide (fossil)", {"cas": "124-38-9"}, ("CO2", "fossil")),
        ("carbon dioxide (biogenic)", {"cas": "000124-38-9"}, ("CO2", "biogenic-co2-release")),
        ("Carbon dioxide, non-fossil", {"cas": "124-38-9"}, ("CO2", "biogenic-co2-release")),
        ("Carbon dioxide, land transformation", {}, ("CO2", "land-use-change")),
        ("Carbon dioxide, from soil or biomass stock", {"cas": "124-38-9"}, ("CO2", "land-use-change")),
        ("Carbon dioxide, to soil or biomass stock", {"cas": "124-38-9", "path": "soil"}, None),
        ("Carbon dioxide, in air", {"path": "resource/in air", "direction": "input"}, ("CO2", "biogenic-co2-uptake")),
        ("Carbon dioxide, in air", {"path": "resource/in air"}, None),
        ("Carbon dioxide, fossil", {"direction": "input"}, None),
        ("anything", {"uuid": "B6F010FB-a764-3063-af2d-bcb8309a97b7"}, ("CO2", "fossil")),
        ("Methane", {}, ("CH4_unspecified", "fossil")),
        ("Methane, fossil", {"cas": "74-82-8"}, ("CH4_fossil", "fossil")),
        ("Methane, non-fossil", {}, ("CH4_biogenic", "biogenic-non-co2")),
        ("Methane", {"path": "water/ocean"}, None),
        ("Methane", {"path": ""}, ("CH4_unspecified", "fossil")),
        ("Methanol", {}, None),
        ("Nitrous oxide (laughing gas) [Inorganic emissions to air]", {}, ("N2O", "fossil")),
        ("SF6 leak", {"cas": "2551-62-4"}, ("SF6", "fossil")),
        ("Ethane, 1,1,1,2-tetrafluoro-, HFC-134a", {}, ("HFC-134a", "fossil")),
        ("Ethane, hexafluoro-, HFC-116", {}, ("C2F6", "fossil")),
        ("Methane, tetrafluoro-, CFC-14", {}, ("CF4", "fossil")),
        ("Methane, dichlorodifluoro-, CFC-12", {}, ("CFC-12", "fossil")),
        ("Halon 1301", {}, None),
    ],
)
def test_default_table(name, more, expected):
    assert found(FlowMap.default(), name, **more) == expected


def test_default_table_covers_every_single_gas_by_cas_number():
    mapped = {rule.gas for rule in FlowMap.default().rules if rule.cas and rule.gas}
    blends = {gas for gas in known_gases() if gas.startswith("R-")}
    assert known_gases() - blends == mapped


def test_every_row_of_the_default_table_states_its_source():
    text = (files("ontology") / "reference" / "tables" / "olca_flow_map.csv").read_text("utf-8")
    assert all(row["source"] for row in csv.DictReader(io.StringIO(text)))


def test_short_form_replaces_the_default(table):
    path = table(
        "﻿flow_name,gas,origin\n Carbon dioxide ,CO2,fossil\nMethane,CH4,\nStraw gas,CH4,biogenic\nWood,CO2,biogenic\n"
    )
    flow_map = FlowMap.load(path)
    assert found(flow_map, "Carbon dioxide", path="water") == ("CO2", "fossil")
    assert found(flow_map, "Methane") == ("CH4_unspecified", "fossil")
    assert found(flow_map, "Straw gas") == ("CH4_biogenic", "biogenic-non-co2")
    assert found(flow_map, "Wood") == ("CO2", "biogenic-co2-release")
    assert found(flow_map, "Wood", direction="input") is None
    assert found(flow_map, "Sulfur hexafluoride") is None


def test_identifier_beats_cas_beats_name(table):
    flow_map = FlowMap.load(
        table(f"{FULL},,x,,,CO2,fossil\n,124-38-9,,,,CO2,land-use-change\nU-1,,,,,N2O,fossil\n,,x*,,,SF6,fossil\n")
    )
    assert found(flow_map, "x") == ("CO2", "fossil")
    assert found(flow_map, "xy") == ("SF6", "fossil")
    assert found(flow_map, "x", cas="0124-38-9") == ("CO2", "land-use-change")
    assert found(flow_map, "x", cas="0124-38-9", uuid="u-1") == ("N2O", "fossil")


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("flow,gas,origin\nx,CO2,\n", 1, "column flow_name is missing"),
        ("flow_name,gas\nx,CO2\n", 1, "column category is missing"),
        ("flow_name,gas,origin\n", 0, "holds no row"),
        ("flow_name,gas,origin\nx,CO2,\ny,XY9,\n", 3, "'XY9' has no global warming potential"),
        ("flow_name,gas,origin\nx,CO2,moon\n", 2, "origin 'moon'"),
        ("flow_name,gas,origin\nx,,fossil\n", 2, "states no gas"),
        ("flow_name,gas,origin\n,CO2,fossil\n", 2, "names no flow"),
        ("flow_name,gas,origin\nx,CO2,\nX ,CO2,fossil\n", 3, "repeats the flow of line 2"),
        (f"{FULL},124-38-8,,,,CO2,fossil\n", 2, "no CAS number"),
        (f"{FULL},abc,,,,CO2,fossil\n", 2, "no CAS number"),
        (f"{FULL},,x,,sideways,CO2,fossil\n", 2, "direction 'sideways'"),
        (f"{FULL},,x,space,,CO2,fossil\n", 2, "compartment 'space'"),
        (f"{FULL},,x,,input,CO2,fossil\n", 2, "does not go with the direction input"),
        (f"{FULL},,x,,,CO2,biogenic-co2-uptake\n", 2, "does not go with the direction output"),
        (f"{FULL},,x,,,CH4_fossil,biogenic-non-co2\n", 2, "CH4_fossil cannot be"),
        (f"{FULL},,x,,,,fossil\n", 2, "states a category but no gas"),
    ],
)
def test_errors_name_file_and_line(table, text, line, cause):
    path = table(text)
    with pytest.raises(FlowMapError, match=cause) as error:
        FlowMap.load(path)
    assert (error.value.file, error.value.line) == (str(path), line)


def test_unreadable_files(tmp_path, table):
    with pytest.raises(FlowMapError, match="cannot be read"):
        FlowMap.load(tmp_path / "absent.csv")
    with pytest.raises(FlowMapError, match="Save the table as CSV UTF-8"):
        FlowMap.load(table("flow_name,gas,origin\n二氧化碳,CO2,\n", "gb18030"))


def test_cas_numbers():
    assert plain_cas("000124-38-9") == "124-38-9"
    assert plain_cas("no number") == ""
