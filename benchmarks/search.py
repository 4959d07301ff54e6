"""Finding and sorting names beside the same questions in SPARQL, on a store on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.report import Row
from benchmarks.timing import alternate, measure
from graphstore import GraphStore
from graphstore.search.index import Hit, SearchIndex

__all__ = ["rows"]

RUNS: Final = 3
LABEL: Final = "http://www.w3.org/2000/01/rdf-schema#label"
PRODUCT: Final = "https://w3id.org/tanmai/ontology#Product"
WORDS: Final = ("copper", "aluminium", "steel", "glass", "zinc", "cement", "lime", "paper")
HAN: Final = ("铜", "铝", "钢", "玻璃", "锌", "水泥", "石灰", "纸")
FORMS: Final = (("sheet", "板"), ("tube", "管"), ("wire", "丝"), ("powder", "粉"), ("rod", "棒"))

SORTED: Final = f'SELECT ?s ?n {{ ?s <{LABEL}> ?n . FILTER(LANG(?n) = "en") }} ORDER BY STR(?n) ?s LIMIT 100'
FOUND: Final = f'SELECT ?s {{{{ ?s <{LABEL}> ?n . FILTER(CONTAINS(STR(?n), "{{text}}")) }}}}'


def rows(products: int, folder: Path, *, targets: bool) -> Iterator[Row]:
    """Yield a row for each question: a sorted page, a rare Chinese name, a rare English one; and what building takes."""
    name = f"{products:,} products, two names each"
    with GraphStore.open(folder / "names") as store:
        store.load_bytes(_names(products), key="names", format="ntriples")
        built = measure(lambda: SearchIndex.of(store).close(), 1)
        yield Row(name, "build the index of names, once per generation", "tanmai", built.median)
        with SearchIndex.of(store) as index:
            yield _row(name, "first 100 names in order", _page(index), _page_by_query(store), targets=targets)
            for text in (f"zinc tube {products - 4}", f"锌管{products - 4}"):
                yield _row(name, f"find {text!r}", _find(index, text), _find_by_query(store, text), targets=targets)


def _row(
    system: str, case: str, ours: Callable[[], list[str]], theirs: Callable[[], list[str]], *, targets: bool
) -> Row:
    mine, other = alternate(ours, theirs, RUNS)
    return Row(
        *(system, case, "FTS5 beside the generation", mine.median, "SPARQL on the same store", other.median),
        target=10.0 if targets else None,
        difference=0.0 if mine.value == other.value else 1.0,
        tolerance=0.0,
    )


def _page(index: SearchIndex) -> Callable[[], list[str]]:
    return lambda: _iris(index.listed("Product", "en", 100))


def _find(index: SearchIndex, text: str) -> Callable[[], list[str]]:
    return lambda: _iris(index.search(text))


def _page_by_query(store: GraphStore) -> Callable[[], list[str]]:
    return lambda: [str(row["s"]) for row in store.query(SORTED).dicts()]


def _find_by_query(store: GraphStore, text: str) -> Callable[[], list[str]]:
    return lambda: [str(row["s"]) for row in store.query(FOUND.format(text=text)).dicts()]


def _iris(hits: list[Hit]) -> list[str]:
    return [hit.iri for hit in hits]


def _names(products: int) -> bytes:
    """Products named after their material, form and number, in an order that has nothing to do with their names."""
    lines = []
    for number in np.random.default_rng(7).permutation(products).tolist():
        word, han = WORDS[number % 8], HAN[number % 8]
        form, shape = FORMS[number % 5]
        iri = f"<https://example.org/p{number}>"
        lines.append(f"{iri} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{PRODUCT}> .")
        lines.append(f'{iri} <{LABEL}> "{word} {form} {number}"@en .')
        lines.append(f'{iri} <{LABEL}> "{han}{shape}{number}"@zh .')
    return "\n".join(lines).encode() + b"\n"
