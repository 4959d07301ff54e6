"""Which flows are greenhouse gases: a table, not code.

Two forms of table are read. The short one has the columns `flow_name, gas, origin` and speaks of outputs only. The full
one has `flow_uuid, cas, flow_name, compartment, direction, gas, category` (others, such as `source`, are for readers):

* Every filled key column must hold. Names are compared without regard to case and surrounding blanks, `*` stands for any
  text. A CAS number is compared without leading zeros. `compartment` is a word of the category path; where the path names
  no compartment at all, it holds. `direction` is `output` (default), `input` or `both`.
* The most specific row decides: an identifier beats a CAS number, which beats a name; a full name beats a pattern, a long
  pattern a short one; then the row that also names a compartment, a direction; then the row that stands first.
* A row without gas says that the flow looks like a greenhouse gas but has no known factor: it is reported, not counted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from mappings.errors import FlowMapError

SHORT = ("flow_name", "gas", "origin")
FULL = ("flow_uuid", "cas", "flow_name", "compartment", "direction", "gas", "category")
DIRECTIONS = ("output", "input", "both")
REMOVALS = frozenset(
    {"biogenic-co2-uptake", "land-management-biogenic-removal", "technological-removal", "ccs-capture"}
)
EMISSIONS = frozenset(
    {"fossil", "land-use-change", "biogenic-non-co2", "biogenic-co2-release", "land-management-biogenic-co2"}
)
_COMPARTMENTS = {
    **dict.fromkeys(("air", "atmosphere", "troposphere", "stratosphere"), "air"),
    **dict.fromkeys(("water", "freshwater", "groundwater", "river", "lake", "ocean", "sea"), "water"),
    **dict.fromkeys(("soil", "ground", "land"), "soil"),
    **dict.fromkeys(("resource", "resources"), "resource"),
}
_CAS = re.compile(r"0*(\d{2,7}-\d\d-\d)")


@dataclass(frozen=True, slots=True)
class Substance:
    """What a format says about an elementary flow: identifier, name, CAS number, category path, side of the process."""

    uuid: str
    name: str
    cas: str
    compartment: str
    direction: str

    def plain(self) -> Substance:
        """Return it in the form in which rules are written."""
        return Substance(
            self.uuid.lower(), plain_name(self.name), plain_cas(self.cas), self.compartment, self.direction
        )


@dataclass(frozen=True, slots=True)
class FlowRule:
    """One row of the table; see the module. `gas` is a key of the table of global warming potentials, or ""."""

    line: int
    uuid: str
    cas: str
    name: str
    compartment: str
    direction: str
    gas: str
    category: str

    @property
    def is_pattern(self) -> bool:
        """True when the name holds a `*`."""
        return "*" in self.name

    @property
    def rank(self) -> tuple[bool, bool, bool, int, bool, bool, int]:
        """How specific the row is; the greatest rank decides."""
        literal = len(self.name.replace("*", ""))
        exact = bool(self.name) and not self.is_pattern
        one_sided = self.direction != "both"
        return bool(self.uuid), bool(self.cas), exact, literal, bool(self.compartment), one_sided, -self.line

    def fits(self, substance: Substance, *, anywhere: bool = False) -> bool:
        """Tell whether the row holds for a plain substance; `anywhere` leaves compartment and direction out."""
        if self.uuid and self.uuid != substance.uuid:
            return False
        if self.cas and self.cas != substance.cas:
            return False
        if self.name and not _pattern(self.name).fullmatch(substance.name):
            return False
        if anywhere:
            return True
        found = _compartments(substance.compartment)
        in_place = not self.compartment or not found or self.compartment in found
        return in_place and self.direction in (substance.direction, "both")


@dataclass(frozen=True, slots=True)
class FlowMap:
    """A table of rules with an index by identifier, CAS number and full name; patterns are tried one by one."""

    source: str
    rules: tuple[FlowRule, ...]
    is_default: bool = False
    _index: dict[str, tuple[FlowRule, ...]] = field(default_factory=dict, repr=False)
    _patterns: tuple[FlowRule, ...] = field(default=(), repr=False)
    _any_pattern: re.Pattern[str] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, source: str, rules: Iterable[FlowRule], *, is_default: bool = False) -> FlowMap:
        """Build the table from its rules."""
        kept = tuple(rules)
        index: dict[str, list[FlowRule]] = {}
        patterns = []
        for rule in kept:
            if rule.uuid or rule.cas or not rule.is_pattern:
                index.setdefault(rule.uuid or rule.cas or rule.name, []).append(rule)
            else:
                patterns.append(rule)
        frozen = {key: tuple(found) for key, found in index.items()}
        either = re.compile("|".join(f"(?:{_pattern(rule.name).pattern})" for rule in patterns), re.DOTALL)
        return cls(source, kept, is_default, frozen, tuple(patterns), either if patterns else None)

    @classmethod
    def load(cls, path: str | Path) -> FlowMap:
        """Read a table in either form; it replaces the default one.

        Raises:
            FlowMapError: the file cannot be read, or a row is wrong; names file and line.
        """
        try:
            text = Path(path).read_text("utf-8-sig")
        except OSError as error:
            raise FlowMapError(str(path), 0, f"cannot be read: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise FlowMapError(str(path), 0, "is not UTF-8 text. Save the table as CSV UTF-8.") from error
        return cls.of(str(path), _read(str(path), text))

    @classmethod
    def default(cls) -> FlowMap:
        """Return the table that comes with Tanmai."""
        return _default()

    def find(self, substance: Substance) -> FlowRule | None:
        """Return the row that decides about a substance, or None where no row holds."""
        plain = substance.plain()
        fitting = [rule for rule in self._candidates(plain) if rule.fits(plain)]
        return max(fitting, key=lambda rule: rule.rank, default=None)

    def knows(self, substance: Substance) -> bool:
        """Tell whether any row speaks of the substance, in whatever compartment and direction."""
        plain = substance.plain()
        return any(rule.fits(plain, anywhere=True) for rule in self._candidates(plain))

    def _candidates(self, substance: Substance) -> Iterator[FlowRule]:
        for key in {substance.uuid, substance.cas, substance.name} - {""}:
            yield from self._index.get(key, ())
        if self._any_pattern is None or self._any_pattern.fullmatch(substance.name):
            yield from self._patterns


def plain_cas(cas: str) -> str:
    """Return a CAS number without leading zeros; "" for anything that is none.

    >>> plain_cas("000124-38-9")
    '124-38-9'
    """
    match = _CAS.fullmatch(cas.strip())
    return match.group(1) if match else ""


def plain_name(name: str) -> str:
    """Return a name as names are compared: single blanks, no regard to case."""
    return " ".join(name.split()).casefold()


@cache
def known_gases() -> frozenset[str]:
    """Return the keys of the gases whose global warming potential is known."""
    text = (files("ontology") / "reference" / "tables" / "gwp.csv").read_text("utf-8")
    return frozenset(row["key"] for row in csv.DictReader(io.StringIO(text)))


@cache
def _default() -> FlowMap:
    name = "ontology/reference/tables/olca_flow_map.csv"
    text = (files("ontology") / "reference" / "tables" / "olca_flow_map.csv").read_text("utf-8")
    return FlowMap.of(name, _read(name, text), is_default=True)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in name.split("*")), re.DOTALL)


@cache
def _compartments(path: str) -> frozenset[str]:
    words = re.findall(r"[a-z]+", path.lower())
    return frozenset(_COMPARTMENTS[word] for word in words if word in _COMPARTMENTS)


def _read(source: str, text: str) -> list[FlowRule]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="")
    header = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = header
    form = SHORT if "origin" in header else FULL
    missing = [name for name in ("flow_name", "gas", form[-1]) if name not in header]
    if missing:
        raise FlowMapError(
            source,
            1,
            f"the column {missing[0]} is missing. Write the columns {', '.join(SHORT)}, or {', '.join(FULL)}.",
        )
    rules: dict[tuple[str, ...], FlowRule] = {}
    try:
        for row in reader:
            rule = _rule(source, reader.line_num, {name: (row.get(name) or "").strip() for name in header}, form)
            key = (rule.uuid, rule.cas, rule.name, rule.compartment, rule.direction)
            if key in rules:
                raise FlowMapError(
                    source, rule.line, f"repeats the flow of line {rules[key].line}. Keep one row per flow."
                )
            rules[key] = rule
    except csv.Error as error:
        raise FlowMapError(source, reader.line_num, f"is no row of a CSV table: {error}.") from error
    if not rules:
        raise FlowMapError(
            source, 0, "holds no row. Write one row per flow, or leave the option out for the default table."
        )
    return list(rules.values())


def _rule(source: str, line: int, row: dict[str, str], form: tuple[str, ...]) -> FlowRule:
    gas, category = _short(source, line, row) if form is SHORT else (row["gas"], row["category"])
    cas = row.get("cas", "")
    rule = FlowRule(
        line=line,
        uuid=row.get("flow_uuid", "").lower(),
        cas=plain_cas(cas),
        name=plain_name(row["flow_name"]),
        compartment=row.get("compartment", "").lower(),
        direction=row.get("direction", "").lower() or "output",
        gas=gas,
        category=category,
    )
    _check(source, rule, cas)
    return rule


def _short(source: str, line: int, row: dict[str, str]) -> tuple[str, str]:
    """Turn gas and origin of the short form into a gas key and an emission category."""
    gas, origin = row["gas"], row["origin"].lower()
    if origin not in {"", "fossil", "biogenic", "land-use-change"}:
        cause = f"the origin {row['origin']!r} is unknown. Write fossil, biogenic, land-use-change, or leave it empty."
        raise FlowMapError(source, line, cause)
    if not gas:
        raise FlowMapError(source, line, "states no gas. Write a key such as CO2, CH4 or N2O, or delete the row.")
    if gas == "CH4":
        gas = {"fossil": "CH4_fossil", "biogenic": "CH4_biogenic"}.get(origin, "CH4_unspecified")
    biogenic = "biogenic-co2-release" if gas == "CO2" else "biogenic-non-co2"
    return gas, {"": "fossil", "biogenic": biogenic}.get(origin, origin)


def _check(source: str, rule: FlowRule, cas: str) -> None:
    for cause in (*_wrong_key(rule, cas), *_wrong_gas(rule)):
        raise FlowMapError(source, rule.line, cause)


def _wrong_key(rule: FlowRule, cas: str) -> Iterator[str]:
    """Yield what is wrong with the columns that say which flow is meant."""
    if not (rule.uuid or cas or rule.name):
        yield "names no flow. Fill flow_name, cas or flow_uuid."
    if cas and (not rule.cas or not _is_cas(rule.cas)):
        yield f"{cas!r} is no CAS number: its form or its check digit is wrong. Correct it."
    if rule.direction not in DIRECTIONS:
        yield f"the direction {rule.direction!r} is unknown. Write {', '.join(DIRECTIONS)}."
    if rule.compartment and rule.compartment not in _COMPARTMENTS.values():
        yield f"the compartment {rule.compartment!r} is unknown. Write air, water, soil, resource, or leave it empty."


def _wrong_gas(rule: FlowRule) -> Iterator[str]:
    """Yield what is wrong with gas and category."""
    if not rule.gas:
        if rule.category:
            yield "states a category but no gas. Fill both or neither."
        return
    if rule.gas not in known_gases():
        yield f"the gas {rule.gas!r} has no global warming potential. Known: {', '.join(sorted(known_gases()))}."
    allowed = {"output": EMISSIONS, "input": REMOVALS}.get(rule.direction, frozenset())
    if rule.category not in allowed:
        yield (
            f"the category {rule.category!r} does not go with the direction {rule.direction}. Outputs are emissions "
            f"({', '.join(sorted(EMISSIONS))}), inputs are removals ({', '.join(sorted(REMOVALS))})."
        )
    origin = {"CH4_fossil": "fossil", "CH4_biogenic": "biogenic-non-co2"}.get(rule.gas)
    if origin and rule.category not in (origin, "land-use-change"):
        yield f"{rule.gas} cannot be of the category {rule.category}; write {origin}."


def _is_cas(cas: str) -> bool:
    digits = cas.replace("-", "")
    return sum(i * int(d) for i, d in enumerate(reversed(digits[:-1]), 1)) % 10 == int(digits[-1])
