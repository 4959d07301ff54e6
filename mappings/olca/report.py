"""What an import did: counts and tables, so that nothing is dropped, assumed or changed in silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table for a person to read; rows are sorted, the weightiest first."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(slots=True)
class ImportReport:
    """The report of one import.

    Attributes:
        package, schema, flow_map: What was read, and the flow map in use.
        counts: Entities and exchanges that came in, by kind, for example `processes`, `exchanges`, `waste outputs`.
        inputs, outputs: What became of the inputs that ask for a product, and of outputs other than the reference.
        warnings: What was assumed or repaired, as sentences, the same sentence once.
        not_carried: Fields that have no place in the graph, `Type.field`, with the number of times they occur.
        ignored: Entity types that are not read, with their number.
    """

    package: str
    schema: str
    flow_map: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    inputs: Counter[str] = field(default_factory=Counter)
    outputs: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    not_carried: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    _tables: dict[str, Table] = field(default_factory=dict)

    def warn(self, sentence: str) -> None:
        """Add a warning unless it was given before."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def add(self, key: str, title: str, columns: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> None:
        """Add a table; one without rows is left out."""
        if rows:
            self._tables[key] = Table(title, columns, tuple(rows))

    def table(self, key: str) -> Table | None:
        """Return one of the tables `linking`, `ambiguous`, `unlinked`, `gases`, `unmapped`, `units`, `allocation`."""
        return self._tables.get(key)

    def tables(self) -> list[Table]:
        """Return all tables in the order in which they were made."""
        return list(self._tables.values())

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        return {
            "package": self.package,
            "schema": self.schema,
            "flow_map": self.flow_map,
            "counts": dict(self.counts),
            "inputs": dict(self.inputs),
            "outputs": dict(self.outputs),
            "warnings": list(self.warnings),
            "not_carried": dict(sorted(self.not_carried.items())),
            "ignored": dict(sorted(self.ignored.items())),
            "tables": {
                key: {"title": t.title, "columns": list(t.columns), "rows": [list(r) for r in t.rows]}
                for key, t in self._tables.items()
            },
        }
