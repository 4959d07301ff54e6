"""Names of nodes in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphstore.answers.graph import Calculation
from graphstore.queries import load


@dataclass(frozen=True, slots=True)
class Name:
    """A node and its labels by language tag ('' for a label without one, 'symbol' for the symbol of a unit)."""

    iri: str
    labels: dict[str, str]

    def in_language(self, lang: str) -> str:
        """Return the label in the language, else in English, Chinese or any; the end of the IRI where there is none."""
        for tag in (lang, "en", "zh", ""):
            if tag in self.labels:
                return self.labels[tag]
        if self.labels:
            return self.labels[min(self.labels)]
        return self.iri.rstrip("/#").rpartition("/")[2].rpartition("#")[2]

    def as_dict(self) -> dict[str, str]:
        """IRI and names for machines."""
        made = {
            "iri": self.iri,
            **{f"name_{tag or 'any'}": text for tag, text in sorted(self.labels.items()) if tag != "symbol"},
        }
        return made | ({"symbol": self.labels["symbol"]} if "symbol" in self.labels else {})


class Names:
    """Looks labels up in batches, or in the table of all of them where the calculation keeps one, and remembers them."""

    def __init__(self, calculation: Calculation) -> None:
        self._calculation = calculation
        self._known: dict[str, Name] = {}

    def learn(self, iris: Iterable[str]) -> None:
        """Fetch the labels of these nodes together."""
        unknown = [iri for iri in dict.fromkeys(iris) if iri not in self._known]
        for iri in unknown:
            self._known[iri] = Name(iri, {})
        for node, tag, label in self._found(unknown):
            self._known[node].labels.setdefault(tag.split("-")[0], label)

    def _found(self, nodes: Sequence[str]) -> list[tuple[str, str, str]]:
        """Node, tag and text of every label of these nodes, in this order."""
        if not nodes:
            return []
        if self._calculation.lasting:
            return list(self._calculation.labels.find(nodes))
        rows = self._calculation.about(load("labels"), "node", nodes)
        # sorted here: the store takes three times as long when it has to sort strings
        return sorted((str(row["node"]), str(row["tag"]), str(row["label"])) for row in rows)

    def suppose(self, iri: str, labels: Mapping[str, str]) -> None:
        """Let a node be called so where the graph does not know what it is called."""
        self.learn([iri])
        if not self._known[iri].labels:
            self._known[iri] = Name(iri, dict(labels))

    def __getitem__(self, iri: str) -> Name:
        """Return the name of a node, asking the graph when it was not learned before."""
        self.learn([iri])
        return self._known[iri]

    def annotate(self, text: str, lang: str = "en") -> str:
        """Put the names of nodes beside their IRIs in a message: `<iri>` becomes `"label" <iri>` where the graph has one.

        One that has its name already is left alone: a message may pass two graphs.
        """
        found = iris_in(text)
        self.learn(found)
        return annotated(text, {iri: self._known[iri].in_language(lang) for iri in found if self._known[iri].labels})

    def mentioned(self, text: str) -> list[dict[str, str]]:
        """Return the nodes of a message that the graph has a name for, in the order in which they are mentioned."""
        found = iris_in(text)
        self.learn(found)
        return [self._known[iri].as_dict() for iri in found if self._known[iri].labels]


def iris_in(text: str) -> list[str]:
    """Return the IRIs that a message names without a name beside them, each once."""
    return list(dict.fromkeys(_IRI.findall(text)))


def annotated(text: str, called: Mapping[str, str]) -> str:
    """Put names beside the IRIs in a message: `<iri>` becomes `"name" <iri>` where one is given."""
    return _IRI.sub(lambda found: f'"{called[found[1]]}" {found[0]}' if found[1] in called else found[0], text)


_IRI = re.compile(r"(?<!\" )<((?:https?|urn):[^<>\s\"{}|\\^`]*)>")
