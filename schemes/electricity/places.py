"""Places, and what contains them."""

from __future__ import annotations

from dataclasses import dataclass

from graphstore.answers.graph import Calculation
from graphstore.queries import load
from schemes.errors import SupplyError


@dataclass(frozen=True, slots=True)
class Places:
    """Every place of the graph: what contains it, the same place under another IRI, and by which spellings it is found."""

    broader: dict[str, str]
    same: dict[str, str]
    spelled: dict[str, tuple[str, ...]]
    known: frozenset[str]

    @classmethod
    def of(cls, calculation: Calculation) -> Places:
        """Read them."""
        rows = calculation.graph.query(load("places")).dicts()
        spelled: dict[str, set[str]] = {}
        for row in rows:
            spelled.setdefault(str(row["written"]).lower(), set()).add(str(row["place"]))
        # of several containing places (a province in a grid region and a country) the lowest IRI, so that order has no say
        pairs = sorted(((str(r["place"]), str(r["broader"])) for r in rows if r["broader"] is not None), reverse=True)
        # an imported place that is matched to one of the reference lies where that one lies, and is written like it
        same = sorted(((str(r["place"]), str(r["same"])) for r in rows if r["same"] is not None), reverse=True)
        return cls(
            dict(same) | dict(pairs),
            dict(same),
            {text: tuple(sorted(places)) for text, places in spelled.items()},
            frozenset(str(row["place"]) for row in rows),
        )

    def find(self, text: str) -> str:
        """Return the place with this IRI, code or name.

        Raises:
            SupplyError: no such place, or several.
        """
        if text in self.known:
            return text
        written = self.spelled.get(text.strip().lower(), ())
        found = [place for place in written if self.same.get(place) not in written]
        if len(found) == 1:
            return found[0]
        if found:
            raise SupplyError(
                f"The place {text!r} may be any of {', '.join(f'<{iri}>' for iri in found)}. Give the IRI."
            )
        raise SupplyError(
            f"No place {text!r}. Give an ISO 3166 code such as CN or CN-YN, a name as in the graph, or an IRI."
        )

    def chain(self, place: str) -> list[str]:
        """Return the place and all that contain it, nearest first."""
        found = [place]
        while (wider := self.broader.get(found[-1])) is not None and wider not in found:
            found.append(wider)
        return found

    def within(self, place: str, area: str) -> bool:
        """Whether a place is an area or lies in it."""
        return area in self.chain(place)
