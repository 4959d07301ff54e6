"""Which tables go into which Turtle file, in one place, and the build of all files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reference_tables import climate, knowledge, labels, policies, schemes, standards, trade
from reference_tables.errors import UnknownKeyError
from reference_tables.tables import Table, read
from reference_tables.turtle import Graph

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from reference_tables.fields import Spec


@dataclass(frozen=True, slots=True)
class Output:
    """One Turtle file: its name, what it holds, the table and a step that needs the whole table."""

    name: str
    title: str
    spec: Spec
    finish: Callable[[Graph, Table], None] | None = None


OUTPUTS: tuple[Output, ...] = (
    Output("battery_dates", "First dates of the duties of the EU battery regulation.", trade.BATTERY_DATES),
    Output("carbon_labels", "Carbon label schemes of the world.", labels.LABELS),
    Output("cbam_benchmarks", "Benchmarks of the EU carbon border adjustment mechanism.", trade.CBAM_BENCHMARKS),
    Output("cbam_default_values", "Sample of the default values for imports into the EU.", trade.CBAM_DEFAULT_VALUES),
    Output("cbam_facts", "Rules, dates and prices of the EU carbon border adjustment mechanism.", trade.CBAM_FACTS),
    Output("cbam_goods", "Goods in scope of the EU carbon border adjustment mechanism.", trade.CBAM_GOODS),
    Output("cbam_phase_in", "Free-allocation factors and default mark-ups by year.", trade.CBAM_PHASE_IN),
    Output("cca", "Prices and baselines of the US Clean Competition Act by bill and year.", trade.CHARGE_YEARS),
    Output("cca_bills", "The three versions of the US Clean Competition Act; bills, not law.", trade.BILLS),
    Output("certification_bodies", "Bodies in the Chinese footprint label pilots.", labels.BODIES),
    Output(
        "claims",
        "What sources say differently; every claim keeps its source.",
        knowledge.CLAIMS,
        knowledge.add_conflicts,
    ),
    Output("databases", "Background databases for life-cycle data.", climate.DATABASES),
    Output("electricity", "Electricity factors of China: footprint factors and CO2 factors.", climate.ELECTRICITY),
    Output(
        "electricity_rules",
        "What calculation schemes say about kinds of electricity supply.",
        schemes.ELECTRICITY_RULES,
    ),
    Output("gwp", "Global warming potentials over 100 years by gas and IPCC report.", climate.GWP),
    Output(
        "organizations", "Bodies that publish, issue or operate what the other files name.", knowledge.ORGANIZATIONS
    ),
    Output("pilot_places", "Cities, counties and zones that take part in label pilots.", labels.PLACES),
    Output("pilot_regions", "Chinese footprint label pilots by province and product group.", labels.PILOTS),
    Output("plausibility_checks", "Ranges in which quantities of processes are expected.", schemes.PLAUSIBILITY_CHECKS),
    Output("policies", "Policy documents.", policies.POLICIES),
    Output("policy_targets", "Targets that policy documents set, and states they report.", policies.TARGETS),
    Output(
        "product_groups",
        "Product groups of standards, pilots and approvals.",
        knowledge.PRODUCT_GROUPS,
        knowledge.add_product_group_scheme,
    ),
    Output(
        "reference_values",
        "Coefficients, defaults and thresholds with source and confidence.",
        climate.REFERENCE_VALUES,
    ),
    Output("sources", "Documents, data releases and pages from which the facts are taken.", knowledge.SOURCES),
    Output("standard_catalogues", "Published lists of standards.", standards.CATALOGUES),
    Output("standards", "Standards with level, status, catalogue and relations.", standards.STANDARDS),
    Output("standards_comparison", "Requirements of five standards by aspect.", standards.COMPARISON),
    Output("zero_carbon_factory", "Grades of zero-carbon factories.", standards.FACTORY_GRADES),
)

_REFERENCES: Mapping[str, tuple[str, ...]] = {
    "sources": (
        "source_key",
        "source_key_ar4",
        "source_key_ar5",
        "source_key_ar6",
        "components_source_key",
        "seen_in",
    ),
    "organizations": ("publisher_key", "issuer_key"),
    "product_groups": ("product_group_key", "broader"),
    "standards": ("supersedes", "adopts", "based_on", "companion_of", "joint_with", "standard_key", "basis_key"),
    "pilot_places": ("place_key", "lead_place_key"),
}
"""Columns that hold keys of another table."""


def build(folder: Path) -> dict[str, str]:
    """Return the Turtle text of every output file by file name.

    Raises:
        ReferenceTableError: a table is missing or malformed, or a cell names a key that its table does not define.
    """
    tables = {output.spec.table: read(folder, output.spec.table) for output in OUTPUTS}
    _refuse_unknown_keys(tables)
    return {f"{output.name}.ttl": _write(output, tables[output.spec.table]) for output in OUTPUTS}


def _write(output: Output, table: Table) -> str:
    graph = Graph()
    output.spec.build(graph, table)
    if output.finish is not None:
        output.finish(graph, table)
    return graph.write(
        f"{output.title}\n\nWritten by scripts/build_reference.py from tables/{table.name}.csv: change the table, not this file."
    )


def _refuse_unknown_keys(tables: Mapping[str, Table]) -> None:
    for target, columns in _REFERENCES.items():
        known = {row.key for row in tables[target]}
        for table in tables.values():
            for column in columns:
                if column in table.columns:
                    _check_column(table, column, target, known)


def _check_column(table: Table, column: str, target: str, known: set[str]) -> None:
    for row in table:
        for key in row.split(column):
            if key not in known:
                msg = (
                    f"table {table.name}.csv, row {row.key!r}, column {column!r}: {key!r} is no key of {target}.csv; "
                    "correct the key or add the row there"
                )
                raise UnknownKeyError(msg)
