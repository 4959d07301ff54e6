"""The index of names: built once per generation from single-predicate scans, then asked in well under a millisecond."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from weakref import WeakKeyDictionary, finalize

import polars as pl

from graphstore.contract import SparqlStore
from graphstore.errors import QueryError
from graphstore.search.words import folded, in_order, question, terms
from graphstore.store import GraphStore
from graphstore.technosphere.columns import Select, scans, table

ONTOLOGY: Final = "https://w3id.org/tanmai/ontology#"
NAMING: Final = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2004/02/skos/core#altLabel",
    "http://purl.org/dc/terms/title",
    "http://www.w3.org/2004/02/skos/core#notation",
    "http://purl.org/dc/terms/identifier",
    f"{ONTOLOGY}chemicalFormula",
    f"{ONTOLOGY}casNumber",
    f"{ONTOLOGY}cnCode",
)
"""Properties that name a node, the best name first: what is shown, other names, codes."""

_SCHEMA: Final = """
CREATE TABLE node (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kinds TEXT NOT NULL);
CREATE TABLE name (
  id INTEGER PRIMARY KEY, node INTEGER NOT NULL REFERENCES node, text TEXT NOT NULL, lang TEXT NOT NULL,
  rank INTEGER NOT NULL, folded TEXT NOT NULL, place BLOB NOT NULL, terms TEXT NOT NULL
);
CREATE TABLE kind (name TEXT NOT NULL, node INTEGER NOT NULL REFERENCES node, PRIMARY KEY (name, node)) WITHOUT ROWID;
"""
_INDEXES: Final = """
CREATE VIRTUAL TABLE entry USING fts5(terms, content='name', content_rowid='id', tokenize="unicode61", prefix='1 2 3');
INSERT INTO entry(entry) VALUES ('rebuild');
CREATE INDEX name_in_order ON name (lang, place, node);
CREATE INDEX name_whole ON name (folded);
CREATE INDEX name_of_node ON name (node, lang, rank);
"""
_WHOLE: Final = """
SELECT node.iri, name.text, name.lang, node.kinds FROM name JOIN node ON node.id = name.node
WHERE name.folded = :whole {kind} ORDER BY name.rank, node.iri, name.id LIMIT :seen
"""
_PART: Final = """
SELECT node.iri, name.text, name.lang, node.kinds FROM (
  SELECT rowid AS id, rank AS weight FROM entry WHERE entry MATCH :asked ORDER BY rank LIMIT :seen
) AS part JOIN name ON name.id = part.id JOIN node ON node.id = name.node
ORDER BY part.weight, name.rank, length(name.text), name.folded, node.iri
"""
_PART_OF_KIND: Final = """
SELECT node.iri, name.text, name.lang, node.kinds
FROM entry JOIN name ON name.id = entry.rowid JOIN node ON node.id = name.node
WHERE entry MATCH :asked AND name.node IN (SELECT node FROM kind WHERE kind.name = :kind)
ORDER BY entry.rank, name.rank, length(name.text), name.folded, node.iri LIMIT :seen
"""
_LISTED: Final = """
SELECT node.iri, name.text, name.lang, node.kinds FROM name JOIN node ON node.id = name.node
WHERE name.lang = :lang {kind} {after} AND NOT EXISTS (
  SELECT 1 FROM name AS better WHERE better.node = name.node AND better.lang = name.lang
  AND (better.rank, better.id) < (name.rank, name.id)
)
ORDER BY name.place, name.node LIMIT :most OFFSET :start
"""
_PLACE: Final = """
SELECT name.place, name.node FROM name JOIN node ON node.id = name.node
WHERE node.iri = :after AND name.lang = :lang ORDER BY name.rank, name.id LIMIT 1
"""
_NAMES_EACH: Final = 8
"""Names looked at for each node that is wanted: a node has a few, in two languages."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One node that was found.

    Attributes:
        iri: the node.
        name: the name that matched, in a list the one it is sorted by.
        lang: language tag of that name; empty for codes.
        kinds: local names of its classes in the vocabulary.
        labels: its best name in each language.
    """

    iri: str
    name: str
    lang: str
    kinds: tuple[str, ...]
    labels: Mapping[str, str]


class SearchIndex:
    """Names of one state of the graph; close it, or use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection, kept: bool = False) -> None:
        """Internal: use :meth:`of`."""
        self._connection, self._kept = connection, kept

    @classmethod
    def of(cls, store: SparqlStore) -> Self:
        """Open the index of a state of the graph; build it where it is not there yet.

        It lies in the folder of derived data of the generation, and goes with it. A store in memory, or one whose folder may
        not be written, gets an index in memory. For data behind
        an endpoint it lies in a temporary file that goes with the store, and is built anew after each of our own writes.
        """
        select: Select = _select(store)
        if not isinstance(store, GraphStore):
            return cls(_beside(store, select), kept=True)
        graph = store
        try:
            folder = None if graph.in_memory else graph.cache_dir()
        except OSError:
            folder = None
        if folder is None:
            return cls(_built(sqlite3.connect(":memory:"), select))
        path = folder / f"names-{_meaning()}.sqlite"
        with suppress(sqlite3.DatabaseError):  # absent or damaged: made anew
            return cls(_opened(path))
        try:
            _write(path, select)
        except OSError:
            return cls(_built(sqlite3.connect(":memory:"), select))
        return cls(_opened(path))

    def close(self) -> None:
        """Let go of the file."""
        if not self._kept:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(self, text: str, kind: str | None = None, most: int = 20) -> list[Hit]:
        """Return the nodes whose names hold all the words asked for, the best first.

        A name that is exactly the text comes first, then names by how rare and how large a part of them the words are.
        The words may stand in any order; each is the beginning of a word, and a run of Chinese characters is any part.

        Args:
            text: words in Chinese, English or both, or a code.
            kind: local name of a class of the vocabulary that the nodes must have, such as ``Product``.
            most: how many nodes at the most.

        Raises:
            QueryError: the text holds no letter, digit or Chinese character; no node is of that kind.
        """
        asked = question(text)
        if not asked:
            raise QueryError(f"{text!r} holds no word to look for. Give a part of a name in Chinese or English.")
        self._require_kind(kind)
        values = {"whole": folded(text.strip()), "asked": asked, "kind": kind, "most": most, "seen": most * _NAMES_EACH}
        whole = self._connection.execute(_WHOLE.format(kind=_of_kind("name.node", kind)), values)
        found = {row[0]: row for row in whole}
        for row in self._connection.execute(_PART if kind is None else _PART_OF_KIND, values):
            found.setdefault(row[0], row)
        return self._hits(list(found.values())[:most])

    def listed(
        self, kind: str | None = None, lang: str = "en", most: int = 100, start: int = 0, after: str | None = None
    ) -> list[Hit]:
        """Return nodes in the order of their names in a language; a node without one is left out.

        Args:
            kind: as in :meth:`search`.
            lang: language tag of the names.
            most: how many at the most.
            start: how many to pass over, for the next page.
            after: IRI of the node that the list goes on after: what was added or removed before it moves nothing.

        Raises:
            QueryError: no node is of that kind; the one to go on after has no name in the language.
        """
        self._require_kind(kind)
        values = {"lang": lang, "kind": kind, "most": most, "start": start, "after": after}
        if after is not None:
            place = self._connection.execute(_PLACE, values).fetchone()
            if place is None:
                raise QueryError(
                    f"The list cannot go on after <{after}>, which has no name here. Begin with its first page."
                )
            values |= {"place": place[0], "node": place[1]}
        chosen = _each_of_kind(kind) if self._is_common(kind) else _of_kind("name.node", kind)
        beyond = "" if after is None else "AND (name.place, name.node) > (:place, :node)"
        return self._hits(list(self._connection.execute(_LISTED.format(kind=chosen, after=beyond), values)))

    def kinds(self) -> dict[str, int]:
        """Return the kinds of nodes that have names, and how many there are of each."""
        return dict(self._connection.execute("SELECT name, count(*) FROM kind GROUP BY name ORDER BY name"))

    def kind_labels(self) -> dict[str, dict[str, str]]:
        """Return the names of the kinds in each language, as far as the vocabulary is in the graph."""
        return {kind: self._labels(ONTOLOGY + kind) for kind in self.kinds()}

    def _is_common(self, kind: str | None) -> bool:
        """Whether so many nodes are of a kind that asking of each name in order is faster than collecting them first."""
        found = self._connection.execute(
            "SELECT 1 FROM kind WHERE name = ? LIMIT 1 OFFSET ?", [kind, _COMMON]
        ).fetchone()
        return found is not None

    def _hits(self, rows: Sequence[Sequence[str]]) -> list[Hit]:
        return [Hit(iri, name, lang, tuple(kinds.split()), self._labels(iri)) for iri, name, lang, kinds in rows]

    def _labels(self, iri: str) -> dict[str, str]:
        """The best name of a node in each language; codes are no names."""
        asked = (
            "SELECT lang, text FROM name WHERE node = (SELECT id FROM node WHERE iri = ?) ORDER BY rank DESC, id DESC"
        )
        return {lang: text for lang, text in self._connection.execute(asked, [iri]) if lang}

    def _require_kind(self, kind: str | None) -> None:
        if kind is not None and not self._connection.execute("SELECT 1 FROM kind WHERE name = ?", [kind]).fetchone():
            raise QueryError(f"Nothing of the kind {kind!r} has a name here. Kinds: {', '.join(self.kinds())}.")


_COMMON: Final = 20_000
"""Nodes of a kind from which a list passes over few names of other kinds."""


def _each_of_kind(kind: str | None) -> str:
    return "" if kind is None else "AND EXISTS (SELECT 1 FROM kind WHERE kind.name = :kind AND kind.node = name.node)"


def _of_kind(column: str, kind: str | None) -> str:
    return "" if kind is None else f"AND {column} IN (SELECT node FROM kind WHERE kind.name = :kind)"  # noqa: S608 - fixed words


def _select(graph: SparqlStore) -> Callable[[str], bytes]:
    return lambda text: graph.query(text).serialize("csv")


_BESIDE: Final[WeakKeyDictionary[SparqlStore, tuple[str | None, sqlite3.Connection]]] = WeakKeyDictionary()
"""Indexes of data behind endpoints, each with the state that it was built from; they go with their stores."""


def _beside(store: SparqlStore, select: Select) -> sqlite3.Connection:
    state = store.mark
    kept = _BESIDE.get(store)
    if kept is not None and kept[0] == state:
        return kept[1]
    connection = sqlite3.connect("")  # without a name: a temporary file of its own
    finalize(store, connection.close)
    _BESIDE[store] = state, _built(connection, select)
    return connection


def _opened(path: Path) -> sqlite3.Connection:
    """Open for reading.

    Raises:
        sqlite3.DatabaseError: it is not there, or no index.
    """
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        connection.execute("SELECT 1 FROM entry LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _write(path: Path, select: Select) -> None:
    """Build beside the place and move it in whole, so that no reader sees a part."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    partial.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(partial)) as connection:
            connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
            _built(connection, select)
        partial.replace(path)
    except sqlite3.OperationalError as error:  # a full disk, a folder that may not be written
        raise OSError(str(error)) from error
    finally:
        partial.unlink(missing_ok=True)


def _built(connection: sqlite3.Connection, select: Select) -> sqlite3.Connection:
    """Fill the tables from the graph."""
    names = _names(select)
    kinds = _kinds(select).join(names.select("node").unique(), on="node", how="semi")
    nodes = names["node"].unique().sort()
    number = pl.DataFrame({"node": nodes, "id": pl.Series(range(len(nodes)), dtype=pl.Int64)})
    lists = kinds.group_by("node").agg(pl.col("kind").sort().str.join(" "))
    connection.executescript(_SCHEMA)
    with connection:
        named = number.join(lists, on="node", how="left").with_columns(pl.col("kind").fill_null("")).sort("id")
        connection.executemany("INSERT INTO node VALUES (?, ?, ?)", named.select("id", "node", "kind").iter_rows())
        numbered = names.join(number, on="node").sort("id", "rank", "lang", "text")
        connection.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _rows(numbered))
        pairs = kinds.join(number, on="node").select("kind", "id").unique().sort("kind", "id")
        connection.executemany("INSERT INTO kind VALUES (?, ?)", pairs.iter_rows())
    connection.executescript(_INDEXES)
    return connection


def _rows(names: pl.DataFrame) -> Iterator[tuple[int, int, str, str, int, str, bytes, str]]:
    columns = names.select("id", "text", "lang", "rank").iter_rows()
    for number, (node, text, lang, rank) in enumerate(columns):
        yield number, node, text, lang, rank, folded(text), in_order(text), terms(text)


def _names(select: Select) -> pl.DataFrame:
    """Return the distinct names of all IRIs: node, text, lang, rank (place of the property in `NAMING`)."""
    found = [
        table(
            select,
            f"SELECT ?node ?text (LANG(?text) AS ?lang) {{ ?node <{naming}> ?text . FILTER(ISIRI(?node) && ISLITERAL(?text)) }}",
            "node",
            "text",
            "lang",
        ).with_columns(rank=pl.lit(rank, dtype=pl.Int64))
        for rank, naming in enumerate(NAMING)
    ]
    named = pl.concat(found).with_columns(
        pl.col("text").fill_null("").str.strip_chars(), pl.col("lang").fill_null("").str.split("-").list.first()
    )
    return named.filter(pl.col("text") != "").group_by("node", "text", "lang").agg(pl.col("rank").min())


def _kinds(select: Select) -> pl.DataFrame:
    """Return (node, kind): local names of the classes of the vocabulary; a term of the vocabulary itself is a ``Term``."""
    typed = scans(select, ["http://www.w3.org/1999/02/22-rdf-syntax-ns#type"], "node", "kind")[0]
    own = typed.filter(pl.col("kind").str.starts_with(ONTOLOGY)).with_columns(pl.col("kind").str.slice(len(ONTOLOGY)))
    words = typed.filter(pl.col("node").str.starts_with(ONTOLOGY)).with_columns(kind=pl.lit("Term"))
    return pl.concat([own, words]).unique()


@cache
def _meaning() -> str:
    """Digest of the code that builds the index: other code may read the same graph otherwise."""
    digest = hashlib.blake2b(digest_size=6)
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
