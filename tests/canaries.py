"""A store whose datasets each hold strings and numbers that occur nowhere else, and where those may be found.

A mill buys ingots of a smelter, which follows a recipe. The audience `buyer` reads the data of the mill and is told the result of
the smelter; `rival` reads what is public. Nobody but the organisation reads the recipe and the local statements.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
from chains import HEAD, exchange, product

from graphstore import GraphStore, Transaction

OPEN = ("zqopen", "0.31372549")
MILL = ("zqmill", "1.28125")
RESULT = ("zqingot",)
"""What the buyer may be told of the smelter: the name of its product."""
SMELTER = ("zqsmelter", "zqfurnace", "0.13720703125")
RECIPE = ("zqrecipe", "zqflux", "7.59765625")
LOCAL = ("zqlocal", "0.71142578125")

HIDDEN = {
    "buyer": (*SMELTER, *RECIPE, *LOCAL),
    "rival": (*MILL, *RESULT, *SMELTER, *RECIPE, *LOCAL),
}
"""What an audience must never meet."""
SHOWN = {"buyer": (*OPEN, *MILL, *RESULT), "rival": OPEN}
"""What it must."""

INGOT = 3.0 + 0.13720703125 * 7.59765625
"""kg CO2e per kg of ingot: its own emission, and the flux of the recipe."""
FOIL = 1.28125 * INGOT
"""kg CO2e per kg of foil."""

_OPEN = (
    HEAD
    + product("grit", "zqopen grit")
    + exchange("grit-out", ":grit", 1)
    + exchange("grit-co2", "flow:CO2-fossil", OPEN[1])
)
_OPEN += ':grit-making a tm:UnitProcess ; rdfs:label "zqopen making"@en ; tm:quantitativeReference :grit-out ; tm:output :grit-out ; tm:emission :grit-co2 .'
_MILL = (
    HEAD + product("foil", "zqmill foil") + exchange("foil-out", ":foil", 1) + exchange("foil-ingot", ":ingot", MILL[1])
)
_MILL += ':foil-making a tm:UnitProcess ; rdfs:label "zqmill rolling"@en ; tm:quantitativeReference :foil-out ; tm:output :foil-out ; tm:input :foil-ingot .'
_SMELTER = (
    HEAD
    + product("ingot", "zqingot")
    + exchange("ingot-out", ":ingot", 1)
    + exchange("zqsmelter-co2", "flow:CO2-fossil", 3)
)
_SMELTER += (
    exchange("zqsmelter-flux", ":zqflux", SMELTER[2])
    + """
:zqfurnace a tm:UnitProcess ; rdfs:label "zqsmelter casting"@en ; tm:quantitativeReference :ingot-out ; tm:output :ingot-out ;
  tm:input :zqsmelter-flux ; tm:emission :zqsmelter-co2 .
"""
)
_RECIPE = HEAD + product("zqflux", "zqrecipe flux") + exchange("zqflux-out", ":zqflux", 1)
_RECIPE += exchange("zqflux-co2", "flow:CO2-fossil", RECIPE[2])
_RECIPE += ':zqrecipe-making a tm:UnitProcess ; rdfs:label "zqrecipe"@en ; tm:quantitativeReference :zqflux-out ; tm:output :zqflux-out ; tm:emission :zqflux-co2 .'


NEEDED = (
    "concepts/gases.ttl",
    "concepts/elementary-flows.ttl",
    "concepts/emission-categories.ttl",
    "reference/units.ttl",
    "reference/gwp.ttl",
)
"""The shipped files that a footprint of these products needs; all of them would take most of the time of the tests."""


def know(transaction: Transaction) -> None:
    """Load these files as the package ships them."""
    import ontology
    from graphstore.shipped import key_of

    for name in NEEDED:
        file = ontology.path(name)
        transaction.load_bytes(file.read_bytes(), key=key_of(str(file)), format="turtle", name=file.name)


def fill(store: GraphStore) -> None:
    """Load what is needed of the reference knowledge and the four datasets, and say who may read them."""
    from graphstore.audiences import changes
    from graphstore.audiences.visibility import Audience, Extent, Level

    with store.transaction("canaries") as transaction:
        know(transaction)
        for key, text in (("open", _OPEN), ("mill", _MILL)):
            transaction.load_bytes(text.encode(), key=key, format="turtle")
        for key, text in (("zqsmelter-data", _SMELTER), ("zqrecipe-data", _RECIPE)):
            facts = {
                "title": f"{key} title",
                "publisher": f"{key} publisher",
                "licence": f"{key} licence",
                "name": f"{key}.ttl",
            }
            transaction.load_bytes(text.encode(), key=key, format="turtle", **facts)
        transaction.update(
            'INSERT DATA { <urn:zqlocal> rdfs:label "zqlocal" ; tm:amount 0.71142578125 . '
            'GRAPH <urn:zqlocal:graph> { <urn:zqlocal> rdfs:comment "zqlocal" } }'
        )
    changes.add(store, "buyer", Audience("The buyer"))
    changes.add(store, "rival", Audience("A rival"))
    changes.set_level(store, "open", Level.PUBLIC)
    changes.set_level(store, "zqrecipe-data", Level.CONFIDENTIAL)
    changes.share(store, "mill", "buyer", Extent.DATA)
    changes.share(store, "zqsmelter-data", "buyer", Extent.RESULT)


def met(text: bytes, canaries: Iterable[str]) -> list[str]:
    """Which of these occur in some bytes, in any case."""
    found = text.lower()
    return [canary for canary in canaries if canary.encode() in found]


def everything(view: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a directory as it is and unpacked, and the statements of all tables, which are compressed on disk."""
    for path in sorted(view.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield str(path), str(path.relative_to(view)).encode() + content
            if content[:2] == b"\x1f\x8b":
                yield str(path), gzip.decompress(content)
        elif path.name == "data":
            yield str(path), ox.Store.read_only(str(path)).dump(format=ox.RdfFormat.N_QUADS) or b""


def leaks(view: Path, canaries: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Where below a directory which of these occur."""
    listed = list(canaries)
    return [(path, found) for path, content in everything(view) if (found := met(content, listed))]
