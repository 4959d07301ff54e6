"""Changes as people write them, read against the graph.

    anode in electrolysis = 0.40 t       a new amount of an input, output or emission; its own unit where none is given
    anode @ electrolysis = -10%          the same, relative (FLOW @ PROCESS is another way to write FLOW in PROCESS)
    grid average 2024 = 0.50             another value of an emission factor, kg CO2e per its unit
    grid average 2024 = hydropower 2024  (a swap) one provider for another, wherever it is used
    scrap vs primary in melting = 30%    (a share) of the sum of two inputs, which stays

FLOW, PROCESS, FACTOR and PROVIDER are IRIs or unique parts of a name in Chinese or English. Names are looked for in the
supply chain of the product, except that of a new provider, which may be anything in the graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from graphstore.answers.cutoffs import processes_in
from graphstore.answers.names import Names
from graphstore.answers.units import find_unit
from graphstore.errors import ScenarioError, UnknownNameError
from graphstore.queries import load
from graphstore.scenarios import AmountChange, Change, FactorChange, ProviderSwap, ShareShift
from graphstore.terms import iri as term_of

if TYPE_CHECKING:
    from footprint.solve import Supply
    from graphstore.answers.graph import Calculation

MOST_CANDIDATES = 12
_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")


@dataclass(frozen=True)
class Reader:
    """Reads changes; `chain` is the supply chain that names are looked for in, None for the whole graph."""

    calculation: Calculation
    names: Names
    chain: Supply | None = None
    _makers: set[str] = field(default_factory=set)

    def setting(self, text: str) -> Change:
        """Read `EXCHANGE=VALUE[unit]`, `EXCHANGE=+10%` or `FACTOR=VALUE`.

        Raises:
            ScenarioError: it is not written like this.
            UnknownNameError: an exchange, factor or unit that is not known, or not the only one of its name.
        """
        left, right = _divided(text, "EXCHANGE=VALUE")
        number, rest = _number(text, right)
        relative = number / 100 if rest in {"%", "％"} else None
        if relative is not None and right.strip()[0] not in "+-":
            raise ScenarioError(
                f"{text!r}: write a relative change with its sign, such as +10% or -10%, or give the new amount."
            )
        exchanges = self._exchanges(left)
        factors = [] if exchanges and _is_iri(left) else self._used(self._providers(left, ("factor",)))
        if exchanges and factors:
            raise self._several(left, [*exchanges, *factors])
        if factors and not exchanges:
            if relative is None and rest:
                raise ScenarioError(f"{text!r}: the value of a factor is in kg CO2e per its unit; leave {rest!r} out.")
            factor = self._one(left, factors, "emission factor")
            return FactorChange(factor, None if relative is not None else number, relative)
        exchange = self._one(left, exchanges, "exchange or emission factor")
        if relative is not None:
            return AmountChange(exchange, relative=relative)
        return AmountChange(exchange, number, find_unit(self.calculation, rest) if rest else None)

    def swap(self, text: str) -> ProviderSwap:
        """Read `OLD=NEW`, where OLD is a provider, or an exchange (FLOW in PROCESS).

        Raises:
            ScenarioError, UnknownNameError: as for `setting`.
        """
        left, right = _divided(text, "OLD=NEW")
        new = self._one(right, self._providers(right, ("factor", "process", "product")), "process or emission factor")
        exchanges = self._exchanges(left) if _is_iri(left) or _places(left) else []
        if exchanges:
            return ProviderSwap(new, exchange=self._one(left, exchanges, "exchange"))
        old = self._used(self._providers(left, ("factor", "process", "product")))
        return ProviderSwap(new, old=self._one(left, old, "process or emission factor in use"))

    def share(self, text: str) -> ShareShift:
        """Read `FLOW vs OTHER in PROCESS=SHARE`, the share as 0.3 or 30%.

        Raises:
            ScenarioError, UnknownNameError: as for `setting`.
        """
        shape = "FLOW vs OTHER in PROCESS=SHARE"
        left, right = _divided(text, shape)
        number, rest = _number(text, right)
        share = number / 100 if rest in {"%", "％"} else number
        first, found, other = (part.strip() for part in left.partition(" vs "))
        if not found or (rest and rest not in {"%", "％"}):
            raise ScenarioError(f"{text!r} is not written as {shape}, such as 'scrap vs primary metal in melting=30%'.")
        if not 0 <= share <= 1:
            raise ScenarioError(f"{text!r}: a share lies between 0 and 1, or 0% and 100%.")
        places = _places(other)
        if _is_iri(first) or not places:
            return ShareShift(self._exchange(first), self._exchange(other), share)
        process = places[-1][1]
        return ShareShift(self._exchange(f"{first} @ {process}"), self._exchange(other), share)

    def _exchange(self, text: str) -> str:
        return self._one(text, self._exchanges(text), "exchange")

    def _exchanges(self, text: str) -> list[str]:
        """Return the exchanges that a text may mean: exact names before longer ones, what is taken in before what is made."""
        if _is_iri(text):
            rows = self.calculation.about(load("exchange-statements"), "exchange", [text])
            return sorted({str(row["exchange"]) for row in rows})
        found: dict[str, int] = {}
        for flow, process in _places(text) or [(text, "")]:
            needles = {"flowText": flow.lower(), "processText": process.lower()}
            for row in self.calculation.graph.query(load("exchanges-by-name"), needles).dicts():
                if not (_called(str(row["flowLabel"]), flow) and _called(str(row["processLabel"]), process)):
                    continue
                exact = (str(row["flowLabel"]).lower() == flow.lower()) + (
                    str(row["processLabel"]).lower() == process.lower()
                )
                same = 2 * exact + (row["taken"] is True)
                if str(row["process"]) in self.makers or self.chain is None:
                    found[str(row["exchange"])] = max(found.get(str(row["exchange"]), 0), same)
        best = max(found.values(), default=0)
        return [exchange for exchange, same in found.items() if same == best]

    def _providers(self, text: str, kinds: tuple[str, ...]) -> list[str]:
        """Return the providers that a text may mean; an exact name wins over one that contains it."""
        if _is_iri(text):
            return [text]
        rows = self.calculation.graph.query(load("providers-by-name"), {"needle": text.lower()}).dicts()
        rows = [row for row in rows if row["kind"] in kinds and _called(str(row["label"]), text)]
        exact = {str(row["provider"]) for row in rows if str(row["label"]).lower() == text.lower()}
        return sorted(exact or {str(row["provider"]) for row in rows})

    def _used(self, providers: Iterable[str]) -> list[str]:
        return [p for p in providers if self.chain is None or p in self.makers]

    @property
    def makers(self) -> set[str]:
        """Processes and emission factors that run in the supply chain; in the whole system without one."""
        if not self._makers:
            snapshot = self.calculation.snapshot
            inside = snapshot.process >= 0 if self.chain is None else self.chain.runs != 0
            self._makers.update(snapshot.maker(a) for a in np.flatnonzero(inside).tolist())
            if self.chain is not None:
                marked = processes_in(self.calculation, self.chain)
                self._makers.update(snapshot.process_ids[p] for p in np.flatnonzero(marked).tolist())
        return self._makers

    def _one(self, text: str, found: list[str], what: str) -> str:
        if len(found) == 1:
            return found[0]
        if found:
            raise self._several(text, found)
        where = "" if self.chain is None else " in the supply chain of this product"
        raise UnknownNameError(
            f"{text!r} is no {what}{where}. Write an IRI, or parts of names: an exchange as 'FLOW in PROCESS'. "
            "`tanmai explain PRODUCT` shows the names."
        )

    def _several(self, text: str, found: list[str]) -> UnknownNameError:
        facts = self.calculation.about(load("exchange-statements"), "exchange", found[:MOST_CANDIDATES])
        where = {str(row["exchange"]): (str(row["flow"]), str(row["process"])) for row in facts}
        self.names.learn([*found[:MOST_CANDIDATES], *(iri for pair in where.values() for iri in pair)])
        lines = []
        for iri in found[:MOST_CANDIDATES]:
            called = [
                " in ".join(self.names[n].in_language(lang) for n in where.get(iri, (iri,))) for lang in ("en", "zh")
            ]
            lines.append(f"  {' / '.join(dict.fromkeys(called))}  <{iri}>")
        more = f"\n  and {len(found) - MOST_CANDIDATES} more" if len(found) > MOST_CANDIDATES else ""
        listed = "\n".join(lines)
        return UnknownNameError(
            f"{text!r} may mean {len(found)} things; give a longer part of the name, or an IRI:\n{listed}{more}"
        )


def _called(label: str, text: str) -> bool:
    """Whether a text is a part of a label made of whole words: to nobody is "foo" a name of a footprint factor.

    Chinese has no spaces between words; there any part will do.
    """
    label, text = label.lower(), text.lower()
    at = label.find(text)
    while at >= 0 and (_within(label, at) or _within(label, at + len(text))):
        at = label.find(text, at + 1)
    return at >= 0


def _within(label: str, place: int) -> bool:
    """Whether a place lies inside a word of letters and digits."""
    around = label[place - 1 : place + 1] if place else ""
    return len(around) == 2 and around.isascii() and around.isalnum()


def _is_iri(text: str) -> bool:
    """Tell an IRI from a name.

    Raises:
        ScenarioError: it looks like an IRI, and holds what none may.
    """
    if "://" not in text and not text.startswith("urn:"):
        return False
    try:
        term_of(text)
    except ValueError as error:
        raise ScenarioError(
            f"{text!r} is no IRI ({error}). Write it as `tanmai explain PRODUCT --json` does, or give a name."
        ) from None
    return True


def _divided(text: str, shape: str) -> tuple[str, str]:
    """Divide a text at its last equals sign."""
    left, found, right = (part.strip() for part in text.rpartition("="))
    if not found or not left or not right:
        raise ScenarioError(f"{text!r} is not written as {shape}.")
    return left, right


def _number(text: str, right: str) -> tuple[float, str]:
    found = _NUMBER.fullmatch(right)
    if found is None:
        raise ScenarioError(f"{text!r}: {right!r} is no number with a unit, such as 0.40, '0.40 t' or -10%.")
    return float(found[1]), found[2]


def _places(text: str) -> list[tuple[str, str]]:
    """Return the ways in which a text may be read as a flow and a process."""
    if "@" in text or "＠" in text:
        flow, _, process = text.replace("＠", "@").rpartition("@")
        return [(flow.strip(), process.strip())]
    return [(text[: m.start()].strip(), text[m.end() :].strip()) for m in re.finditer(r"\s+in\s+", text)]
