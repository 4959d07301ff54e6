"""What a record of version 3 needs of a study, found in the graph; everything that is missing is named in one error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from mappings.errors import RecordError
from mappings.ntriples import ID
from mappings.pact import known, lexical
from mappings.pact.findings import Loss
from mappings.pact.method import WITHOUT_MASS
from mappings.pact.texts import lost
from mappings.unittable import KnownUnit, UnitNames

if TYPE_CHECKING:
    from graphstore.contract import SparqlStore

_GATE: Final = f"{ID}boundary/cradle-to-gate"
_KILOGRAM: Final = "http://qudt.org/vocab/unit/KiloGM"
_MASSES: Final = tuple(f"{ID}property/{key}" for key in ("mass-per-piece", "mass-per-area", "density", "conversion"))
_CARBON: Final = ("fossilCarbonContent", "biogenicCarbonContent", "recycledCarbonContent")

Row = Mapping[str, Any]


@dataclass(slots=True)
class StudyFacts:
    """What is said of a product and of one study about it.

    Attributes:
        product: IRI of the product.
        study: IRI of the study.
        word: the declared unit as a word of the specification.
        amount: how much of it.
        asked: amount and IRI of the unit as the study declares them.
        said: all that was found, by fact.
        losses: what a record cannot say as the graph says it.
        missing: what a record needs and the graph does not state, with the place where to state it.
    """

    product: str
    study: str
    word: str = ""
    amount: Decimal = Decimal(0)
    asked: tuple[float, str] = (0.0, "")
    said: dict[str, list[Row]] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def texts(self, fact: str) -> list[str]:
        """Return the texts of a fact, each once, in order."""
        return sorted({str(row["value"]) for row in self.said.get(fact, ()) if row["value"] is not None})

    def one(self, fact: str, what: str = "", where: str = "") -> str:
        """Return the text of a fact; where it is needed and absent, note that it is missing."""
        found = self.texts(fact)
        if not found and what:
            self.missing.append(f"{what}: state {where}")
        return found[0] if found else ""


def needed(store: SparqlStore, product: str, study: str | None = None) -> StudyFacts:
    """Gather what the graph says of a product and the study about it.

    Args:
        store: any store.
        product: IRI of the product.
        study: IRI of the study, where there are several.

    Raises:
        RecordError: there is no study, or there are several and none is named.
    """
    from graphstore.queries import load
    from graphstore.terms import iri

    rows = store.query(load("record-facts"), {"product": iri(product)}).dicts()
    studies = sorted({str(row["study"]) for row in rows if row["study"] is not None})
    chosen = _chosen(product, studies, study)
    facts = StudyFacts(product, chosen)
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["study"] is None or str(row["study"]) == chosen:
            grouped[str(row["fact"])].append(row)
    facts.said = dict(grouped)
    _unit(facts)
    return facts


def _chosen(product: str, studies: Sequence[str], study: str | None) -> str:
    if study is not None and study not in studies:
        raise RecordError(
            f"<{study}> is no study of <{product}>. Name one of: {', '.join(studies) or 'none is there'}."
        )
    if study is None and len(studies) != 1:
        reason = f"has several studies ({', '.join(studies)}). Name one" if studies else "has no study. Load one"
        raise RecordError(f"<{product}> {reason}: a record states its period, place, rules and cut-offs.")
    return study or studies[0]


def _unit(facts: StudyFacts) -> None:
    """Find the word for the declared unit, or a unit with a word into which it converts."""
    rows = facts.said.get("unit-amount", [])
    if len(rows) != 1:
        facts.missing.append(f"declaredUnitOfMeasurement: state one tm:declaredUnit of <{facts.study}>")
        return
    unit, amount = str(rows[0]["unit"]), Decimal(str(rows[0]["value"]))
    facts.asked = (float(amount), unit)
    words = {iri: word for word, iri in known.units().items()}
    for iri, word in sorted(words.items(), key=lambda item: item[0] != unit):
        scale = conversion(unit, iri)
        if scale is not None:
            facts.word, facts.amount = word, exact(Fraction(amount) * scale)
            if iri != unit:
                facts.losses.append(lost("/pcf/declaredUnitOfMeasurement", "unit", unit=unit, word=word))
            return
    facts.missing.append(
        f"declaredUnitOfMeasurement: <{unit}> converts into none of {', '.join(sorted(known.units()))}; declare such a unit"
    )


def conversion(unit: str, into: str) -> Fraction | None:
    """Return how many of one unit are in another; ``None`` where they measure different things."""
    if unit == into:
        return Fraction(1)
    units = _units()
    here, there = units.get(unit), units.get(into)
    if here is None or there is None or not here.kind or here.kind != there.kind:
        return None
    return Fraction(str(here.multiplier)) / Fraction(str(there.multiplier))


def exact(value: Fraction) -> Decimal:
    """Return a fraction as a decimal: exact where it has one, else the shortest text of the nearest 64-bit number."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    found = Decimal(value.numerator) / Decimal(value.denominator) if denominator == 1 else Decimal(repr(float(value)))
    return found if Fraction(found) == value or denominator != 1 else Decimal(repr(float(value)))


def text(value: Decimal) -> str:
    """Return a number as the specification writes it: digits and a point, without superfluous zeros.

    >>> text(Decimal("1.50E+3"))
    '1500'
    """
    written = format(value, "f")
    return (written.rstrip("0").rstrip(".") if "." in written else written) or "0"


def mass(facts: StudyFacts) -> Decimal | None:
    """Return the mass of the declared amount in kg: of a stated property; zero only for energy, transport and services."""
    if facts.word == "kilogram":
        return facts.amount
    found = next((each for kind in _MASSES if (each := content(facts, kind)) is not None), None)
    if found is None and facts.word in WITHOUT_MASS:
        return Decimal(0)
    return found


def content(facts: StudyFacts, kind: str) -> Decimal | None:
    """Return a property of the product in kg for the declared amount; ``None`` where it is not stated so."""
    unit = known.units().get(facts.word, "")
    for row in facts.said.get("property", []):
        if str(row["kind"]) != kind:
            continue
        kilograms, per = conversion(str(row["unit"]), _KILOGRAM), conversion(unit, str(row["perUnit"]))
        value = lexical.number(str(row["value"]))
        if kilograms is not None and per is not None and value is not None:
            return exact(Fraction(value) * kilograms * per * Fraction(facts.amount))
    return None


def carbon(facts: StudyFacts) -> dict[str, str]:
    """Return the contents of carbon that are stated; that of fossil carbon is needed."""
    kinds = known.aligned("property")
    found = {name: value for name in _CARBON if (value := content(facts, kinds[name])) is not None}
    if "fossilCarbonContent" not in found:
        facts.missing.append(
            f"fossilCarbonContent: state a tm:hasProperty <{kinds['fossilCarbonContent']}> of <{facts.product}> in kg per unit (zero "
            "where it holds none)"
        )
    return {name: text(value) for name, value in found.items()}


def exempted(facts: StudyFacts) -> str:
    """Return the share of what was left out in per cent: the sum over the cut-offs of the study."""
    rows = facts.said.get("cut-off", [])
    shares = [lexical.number(str(row["value"])) for row in rows]
    for row, share in zip(rows, shares, strict=True):
        if share is None:
            facts.missing.append(f"exemptedEmissionsPercent: state the tm:share of the cut-off <{row['kind']}>")
    if not rows:
        facts.missing.append(
            f"exemptedEmissionsPercent: state what <{facts.study}> left out as tm:cutOff with its tm:share; a share of 0 where nothing was"
        )
    return text(100 * sum((share or Decimal(0) for share in shares), Decimal(0)))


def require_gate(facts: StudyFacts) -> None:
    """Note a boundary that is not the one of the specification: its records end at the gate."""
    stated = facts.texts("boundary")
    if stated != [_GATE]:
        shown = ", ".join(stated) or "none"
        facts.missing.append(
            f"a footprint from cradle to gate: the boundary of <{facts.study}> is {shown}; records of the specification end at the gate"
        )


def _units() -> dict[str, KnownUnit]:
    return {each.iri: each for units in UnitNames.shipped().by_name.values() for each in units}
