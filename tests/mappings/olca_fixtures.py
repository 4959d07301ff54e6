"""A tiny openLCA package of our own, written in either schema version, and a reader for the triples made from it."""

from __future__ import annotations

import copy
import json
import zipfile
from pathlib import Path
from typing import Any

import pyoxigraph as ox

TM = "https://w3id.org/tanmai/ontology#"
BASE = "https://w3id.org/tanmai/local"
UNIT = "http://qudt.org/vocab/unit/"

RENAMED = {
    "isInput": "input",
    "isAvoidedProduct": "avoidedProduct",
    "isQuantitativeReference": "quantitativeReference",
    "isRefUnit": "referenceUnit",
    "isRefFlowProperty": "referenceFlowProperty",
}
FOLDER = {
    "Process": "processes",
    "Flow": "flows",
    "FlowProperty": "flow_properties",
    "UnitGroup": "unit_groups",
    "Location": "locations",
    "Actor": "actors",
    "Source": "sources",
    "Category": "categories",
    "Parameter": "parameters",
    "ImpactMethod": "lcia_methods",
}

Json = dict[str, Any]


def ref(key: str, **more: Any) -> Json:
    return {"@id": key, **more}


def unit_group(key: str, *units: tuple[str, float]) -> Json:
    listed = [
        {"@id": f"{key}-{n}", "name": n, "conversionFactor": f} | ({"isRefUnit": True} if f == 1 else {})
        for n, f in units
    ]
    return {"@type": "UnitGroup", "@id": key, "name": f"Units of {key}", "units": listed}


def flow_property(key: str, group: str) -> Json:
    return {"@type": "FlowProperty", "@id": key, "name": key, "unitGroup": ref(group)}


def flow(key: str, kind: str, name: str, properties: dict[str, float], category: str = "", **more: Any) -> Json:
    factors = [
        {"flowProperty": ref(p), "conversionFactor": f} | ({"isRefFlowProperty": True} if i == 0 else {})
        for i, (p, f) in enumerate(properties.items())
    ]
    data: Json = {
        "@type": "Flow",
        "@id": key,
        "name": name,
        "flowType": f"{kind}_FLOW",
        "flowProperties": factors,
        **more,
    }
    return data | ({"category": category} if category else {})


def exchange(
    internal: int, flow_key: str, amount: float | None, unit: str | None, *, into: bool = False, **more: Any
) -> Json:
    data: Json = {"internalId": internal, "@id": str(internal), "flow": ref(flow_key), "isInput": into, **more}
    if amount is not None:
        data["amount"] = amount
    if unit is not None:
        data["unit"] = ref(unit, name=unit.partition("-")[2])
    return data


def process(key: str, name: str, *exchanges: Json, **more: Any) -> Json:
    return {
        "@type": "Process",
        "@id": key,
        "name": name,
        "processType": "UNIT_PROCESS",
        "exchanges": [*exchanges],
        **more,
    }


def entities() -> list[Json]:
    """Steel from power of two plants, with slag that one process treats, and a purchase that nobody supplies."""
    return [
        unit_group("mass", ("kg", 1.0), ("t", 1000.0), ("lb av", 0.45)),
        unit_group("energy", ("MJ", 1.0), ("kWh", 3.6)),
        unit_group("volume", ("m3", 1.0), ("l", 0.001)),
        unit_group("hugs", ("hug", 1.0), ("great hug", 12.0)),
        *(
            flow_property(p, g)
            for p, g in (("Mass", "mass"), ("Energy", "energy"), ("Volume", "volume"), ("Hugs", "hugs"))
        ),
        flow("f-steel", "PRODUCT", "steel", {"Mass": 1.0, "Volume": 0.000127}, "metals/iron", cas="7439-89-6"),
        flow("f-power", "PRODUCT", "power", {"Energy": 1.0}),
        flow("f-hug", "PRODUCT", "embrace", {"Hugs": 1.0}),
        flow("f-slag", "WASTE", "slag", {"Mass": 1.0}),
        flow("f-co2", "ELEMENTARY", "Carbon dioxide ", {"Mass": 1.0}, "air/unspecified"),
        flow("f-lead", "ELEMENTARY", "Lead", {"Mass": 1.0}, "air/unspecified"),
        {"@type": "Location", "@id": "l-us", "name": "United States", "code": "US"},
        {"@type": "Location", "@id": "l-odd", "name": "Ruritania", "code": "Ruritania"},
        {"@type": "Actor", "@id": "a-1", "name": "Ada", "telephone": "1"},
        {"@type": "Source", "@id": "s-1", "name": "Book", "textReference": "A book, 1999", "year": 1999},
        process(
            "p-steel",
            "steel making",
            exchange(1, "f-steel", 1.0, "mass-t", isQuantitativeReference=True),
            exchange(2, "f-power", 500.0, "energy-kWh", into=True),
            exchange(3, "f-slag", 300.0, "mass-kg"),
            exchange(
                4,
                "f-co2",
                1800.0,
                "mass-kg",
                uncertainty={"distributionType": "NORMAL_DISTRIBUTION", "mean": 1800.0, "sd": 5},
            ),
            exchange(5, "f-hug", 2.0, "hugs-great hug", into=True),
            location=ref("l-us"),
            processDocumentation={
                "validFrom": "2022-01-01T00:00:00-07:00",
                "validUntil": "2025-12-31",
                "technologyDescription": "electric arc",
                "dataGenerator": ref("a-1"),
                "sources": [ref("s-1")],
                "samplingDescription": "survey",
            },
        ),
        process(
            "p-coal",
            "coal power",
            exchange(1, "f-power", 1.0, "energy-kWh", isQuantitativeReference=True),
            exchange(2, "f-co2", 2.0, "mass-lb av"),
        ),
        process("p-hydro", "hydro power", exchange(1, "f-power", 3.6, "energy-MJ", isQuantitativeReference=True)),
        process(
            "p-slag", "slag treatment", exchange(1, "f-slag", 1.0, "mass-kg", into=True, isQuantitativeReference=True)
        ),
    ]


def edit(data: list[Json], key: str, **changes: Any) -> list[Json]:
    """Return the entities with fields of one of them changed."""
    changed = copy.deepcopy(data)
    next(item for item in changed if item["@id"] == key).update(changes)
    return changed


def with_exchange(data: list[Json], key: str, *added: Json) -> list[Json]:
    """Return the entities with exchanges added to a process."""
    own = next(item for item in data if item["@id"] == key)["exchanges"]
    return edit(data, key, exchanges=[*own, *added])


def old_style(data: list[Json]) -> list[Json]:
    """Rewrite entities from schema 2.x to 1.x: renamed fields, and categories as entities of their own."""

    def rename(value: Any) -> Any:
        if isinstance(value, dict):
            return {RENAMED.get(k, k): rename(v) for k, v in value.items() if k != "internalId"}
        return [rename(v) for v in value] if isinstance(value, list) else value

    result: list[Json] = []
    for item in data:
        old: Json = rename(item)
        if isinstance(old.get("category"), str):
            above = None
            for depth, name in enumerate(old["category"].split("/"), 1):
                key = "cat-" + "-".join(old["category"].split("/")[:depth])
                category = {"@type": "Category", "@id": key, "name": name} | ({"category": above} if above else {})
                above = ref(key, name=name)
                result.append(category)
            old["category"] = above
        result.append(old)
    return list({json.dumps(item, sort_keys=True): item for item in result}.values())


def files(data: list[Json]) -> dict[str, bytes]:
    return {f"{FOLDER[item['@type']]}/{item['@id']}.json": json.dumps(item).encode() for item in data}


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return path


class Graph:
    """The triples of a conversion, asked by short names."""

    def __init__(self, data: bytes) -> None:
        self.store = ox.Store()
        self.store.load(data, format=ox.RdfFormat.N_TRIPLES)

    def values(self, subject: str, predicate: str) -> list[str]:
        node = ox.NamedNode(subject if ":" in subject else f"{BASE}/id/{subject}")
        term = ox.NamedNode(predicate if ":" in predicate else TM + predicate)
        found = (str(getattr(q.object, "value", "")) for q in self.store.quads_for_pattern(node, term, None))
        return sorted(v.removeprefix(f"{BASE}/id/").removeprefix("https://w3id.org/tanmai/id/") for v in found)

    def value(self, subject: str, predicate: str) -> str:
        (only,) = self.values(subject, predicate)
        return only
