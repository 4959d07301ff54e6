"""Packages and tables of others as datasets of a store; shared by the command and the Python entry."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from graphstore import GraphStore, LoadReport
from mappings.errors import ArgumentError
from mappings.flowmap import FlowMap
from mappings.olca import ImportReport
from tanmai import knowledge

Writing = Callable[[], AbstractContextManager[GraphStore]]
"""Opens the store for writing, for as long as it is needed: a package is read before."""


def import_package(
    writing: Writing, path: Path, key: str | None = None, flow_map: Path | None = None
) -> tuple[LoadReport, ImportReport]:
    """Import an openLCA package, or the manifest of an input-output table, as one dataset.

    Args:
        writing: opens the store.
        path: zip or folder of the package, or the manifest (TOML).
        key: name of the dataset; else that of the file, or the one in the manifest.
        flow_map: CSV that says which flow is which greenhouse gas; the default table when None.

    Returns:
        What was stored, and what came in and what did not.

    Raises:
        MappingError: what cannot be read, and why; nothing was changed.
        GraphStoreError: it cannot be stored; nothing was changed.
    """
    from mappings.inputoutput import is_manifest

    if not is_manifest(path):
        return _olca(writing, path, key, flow_map)
    if flow_map is not None:
        raise ArgumentError(
            f"{path} is the manifest of an input-output table, which names its gases itself: leave flow_map out."
        )
    return _table(writing, path, key)


def _olca(writing: Writing, path: Path, key: str | None, flow_map: Path | None) -> tuple[LoadReport, ImportReport]:
    """Import an openLCA package, and the choices among several producers as a dataset beside it."""
    from mappings.olca import convert, read_package

    name = key or path.name.removesuffix(path.suffix)
    table = FlowMap.load(flow_map) if flow_map else None
    package = read_package(path)
    with writing() as graph:
        made = convert(package, base=graph.base, flow_map=table, dataset_key=name)
        with graph.transaction(f"import {name}") as transaction:
            knowledge.load_into(transaction)
            report = transaction.load_bytes(made.data, key=name, format="ntriples", name=path.name)
            if made.linking:
                transaction.load_bytes(
                    made.linking, key=f"{name}-linking", format="ntriples", name=f"{path.name}, linking"
                )
    return report, made.report


def _table(writing: Writing, path: Path, key: str | None) -> tuple[LoadReport, ImportReport]:
    """Import an input-output table under the name that its manifest, or the key, gives it."""
    from mappings.inputoutput import convert, read_manifest

    manifest = read_manifest(path, key)
    with writing() as graph:
        made = convert(manifest, base=graph.base)
        with graph.transaction(f"import {manifest.key}") as transaction:
            knowledge.load_into(transaction)
            report = transaction.load_bytes(
                made.data,
                key=manifest.key,
                format="turtle",
                name=path.name,
                title=next(iter(manifest.titles.values())),
                licence=manifest.licence,
                issued=manifest.issued,
            )
    return report, made.report
