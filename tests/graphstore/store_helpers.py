"""What the tests of keeping a store share: its content, other processes, and looking inside."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pyoxigraph as ox

from graphstore import GraphStore
from graphstore.digest import fingerprint

ONE = b"<urn:a> <urn:b> 1 ; <urn:part> [ <urn:c> 01 ] ."
TWO = b"<urn:a> <urn:b> 2 ; <urn:part> [ <urn:c> 02 ] ."
VALUE = "SELECT ?o WHERE { <urn:a> <urn:b> ?o }"


def command(code: str, arguments: tuple[object, ...]) -> list[str]:
    script = "import os, sys, time\nfrom graphstore import GraphStore\n" + textwrap.dedent(code)
    return [sys.executable, "-c", script, *map(str, arguments)]


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of its own that runs ``code`` with graphstore imported."""
    return subprocess.Popen(command(code, arguments), stdout=subprocess.PIPE, text=True)


def said_by_child(code: str, *arguments: object) -> str:
    """What such a process printed, when it has ended well."""
    return subprocess.run(command(code, arguments), capture_output=True, text=True, check=True).stdout


def state(path: Path) -> dict[str, tuple[int, str]]:
    """Every graph's size and fingerprint."""
    with GraphStore.open(path, mode="read") as store:
        names = [ox.DefaultGraph(), *store.engine.named_graphs()]
        return {str(name): fingerprint(store.engine, name) for name in names if not isinstance(name, ox.BlankNode)}


def segment(path: Path) -> Path:
    return path / "journal" / "0000000001.seg"


def newest(path: Path) -> Path:
    return max(each for each in (path / "generations").iterdir())
