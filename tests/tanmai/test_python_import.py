"""The Python entry: packages and tables of others, through the same door as `tanmai import`."""

import json

import pytest
from economies import write

import tanmai
from mappings.errors import ArgumentError, MappingError

FLOWS = "flow_name,gas,origin\nBlue smoke,CO2,fossil\n"
MASS = {"@id": "mass-kg", "name": "kg"}
ENTITIES = {
    "unit_groups/mass.json": {
        "@type": "UnitGroup", "@id": "mass", "name": "mass", "units": [{**MASS, "conversionFactor": 1, "isRefUnit": True}]
    },
    "flow_properties/Mass.json": {"@type": "FlowProperty", "@id": "Mass", "name": "Mass", "unitGroup": {"@id": "mass"}},
    **{
        f"flows/{key}.json": {
            "@type": "Flow", "@id": key, "name": name, "flowType": f"{kind}_FLOW", "category": place,
            "flowProperties": [{"flowProperty": {"@id": "Mass"}, "conversionFactor": 1, "isRefFlowProperty": True}],
        }
        for key, name, kind, place in (
            ("lime", "quicklime", "PRODUCT", ""), ("smoke", "Blue smoke", "ELEMENTARY", "air/unspecified")
        )
    },
    "processes/kiln.json": {
        "@type": "Process", "@id": "kiln", "name": "lime kiln", "processType": "UNIT_PROCESS",
        "exchanges": [
            {"internalId": 1, "flow": {"@id": "lime"}, "amount": 1, "unit": MASS, "isQuantitativeReference": True},
            {"internalId": 2, "flow": {"@id": "smoke"}, "amount": 1.25, "unit": MASS},
        ],
    },
}  # fmt: skip


@pytest.fixture
def package(tmp_path):
    """A kiln that emits 1.25 kg of something that only a flow map knows to be carbon dioxide."""
    folder = tmp_path / "kilns"
    for name, entity in ENTITIES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(entity), encoding="utf-8")
    return folder


def test_a_package_comes_in_with_its_report(package, tmp_path):
    table = tmp_path / "flows.csv"
    table.write_text(FLOWS, encoding="utf-8")
    with tanmai.open(lang="en") as graph:
        stored, report = graph.import_package(package)
        assert (stored.version.key, stored.changed, report.counts["processes"]) == ("kilns", True, 1)
        assert graph.footprint("quicklime").total == 0
        graph.import_package(str(package), key="kilns", flow_map=str(table))
        assert graph.footprint("quicklime", 2).total == pytest.approx(2.5)


def test_a_table_comes_in_under_its_own_name(tmp_path):
    manifest = write(tmp_path)
    with tanmai.open(tmp_path / "store", lang="en") as graph:
        stored, _ = graph.import_package(manifest)
        assert stored.version.key == "three"
        assert len(graph.products(sector_average=True)) == 3
        with pytest.raises(ArgumentError, match="names its gases itself"):
            graph.import_package(manifest, flow_map=tmp_path / "flows.csv")
    with pytest.raises(MappingError, match="no such file"), tanmai.open() as empty:
        empty.import_package(tmp_path / "nowhere.zip")
