"""States of submissions and certificates: which may follow which is said by the graph (tm:allowedNext), not here."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from graphstore.contract import SparqlStore
from graphstore.queries import load
from registry.errors import RegistryError, TransitionError
from registry.names import concept

SUBMISSION = "submission-status"
CERTIFICATE = "certificate-status"
"""Schemes of states, by notation."""


@dataclass(frozen=True, slots=True)
class State:
    """One state.

    Attributes:
        iri: Its concept.
        notation: Its short name, as a command takes it.
        names: What it is called, by language.
        following: IRIs of the states that may follow.
    """

    iri: str
    notation: str
    names: dict[str, str]
    following: tuple[str, ...]

    def __str__(self) -> str:
        """Short name and names, for messages."""
        return f"{self.notation} ({' / '.join(self.names.values())})"

    def as_dict(self) -> dict[str, str]:
        """IRI, short name and names for machines."""
        return {"iri": self.iri, "notation": self.notation} | {
            f"name_{lang}": text for lang, text in self.names.items()
        }


@dataclass(frozen=True, slots=True)
class States:
    """All states of one scheme, by IRI."""

    scheme: str
    by_iri: dict[str, State]

    @classmethod
    def of(cls, store: SparqlStore, scheme: str) -> States:
        """Read a scheme of states from the graph.

        Raises:
            RegistryError: the graph does not hold it.
        """
        rows = store.query(load("states"), {"scheme": concept("scheme", scheme)}).dicts()
        found: dict[str, State] = {}
        for row in rows:
            iri, following = str(row["state"]), () if row["next"] is None else (str(row["next"]),)
            names = {lang: str(row[lang]) for lang in ("en", "zh") if row[lang] is not None}
            before = found[iri].following if iri in found else ()
            found[iri] = State(iri, str(row["notation"]), names, (*before, *following))
        if not found:
            raise RegistryError(
                f"The store holds no states ({scheme}), so nothing says which may follow which. Run `tanmai init`."
            )
        return cls(scheme, found)

    def named(self, text: str) -> State:
        """The state of this short name, name in a language, or IRI.

        Raises:
            TransitionError: there is none; lists them.
        """
        wanted = text.strip().lower()
        for state in self.by_iri.values():
            if wanted in {state.iri, state.notation, *(known.lower() for known in state.names.values())}:
                return state
        known = "; ".join(str(state) for state in self.by_iri.values())
        raise TransitionError(f"There is no state {text!r}. Known: {known}.")

    def require(self, what: str, present: str, wanted: State) -> None:
        """Refuse a state that may not follow the present one.

        Args:
            what: What is to change, for the message.
            present: IRI of the state it is in.
            wanted: The state it is to go to.

        Raises:
            TransitionError: names the states that may follow.
        """
        here = self.by_iri.get(present)
        if here is not None and wanted.iri in here.following:
            return
        following = [self.by_iri[iri] for iri in (here.following if here else ()) if iri in self.by_iri]
        allowed = "; ".join(str(state) for state in following) or "none, this state is final"
        raise TransitionError(
            f"{what} is {here or present}, which {wanted} does not follow. Nothing was changed. Allowed next: {allowed}."
        )


def status_iri(scheme: str, notation: str) -> ox.NamedNode:
    """The concept of a state."""
    return concept(scheme, notation)
