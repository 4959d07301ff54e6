"""What several test packages share: a graph with the reference knowledge, and small supply chains in Turtle.

Everything here works in memory; one store is filled with the reference knowledge once, and each supply chain replaces the
one before it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import _surroundings  # noqa: F401 - before numpy is imported
import pytest
from _together import collecting
from amounts import examples
from chains import HEAD, Case
from hypothesis import HealthCheck, settings

# benchmarks/ and scripts/ are part of the checkout, not of the installed package; appended, so that installed packages win
sys.path.append(str(Path(__file__).parents[1]))

# processes that tests start take the compiled modules of the one before them, wherever the tests are run (as in CI)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

settings.register_profile(
    "tanmai", max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tanmai")

LONG = frozenset(
    {
        "test_cli.py",
        "test_endpoint_whole.py",
        "test_first_use.py",
        "test_pact_host.py",
        "test_readers.py",
        "test_renewal.py",
        "test_rest_studies.py",
        "test_serve_process.py",
        "test_short_way.py",
        "test_store_crash.py",
        "test_store_damage.py",
        "test_submit.py",
        "test_submit_at_once.py",
        "test_submit_crash.py",
    }
)
"""Files that take long, few as their tests may be. Begun last, one would run on when all others are done."""


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: tests of servers, deadlines and kills wait a good part of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; the order is otherwise as it was."""
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    with collecting(session.config):
        return (yield)


@pytest.fixture(scope="session")
def knowledge_store():
    """A store in memory with all reference knowledge."""
    from graphstore import GraphStore
    from tanmai import knowledge

    with GraphStore.open() as store:
        with store.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
        yield store


@pytest.fixture(scope="session")
def with_knowledge(tmp_path_factory) -> Callable[[Path], Path]:
    """Make a store on disk that holds all reference knowledge: a copy of one that is filled once and that nobody opens."""
    from graphstore import GraphStore
    from tanmai import knowledge

    filled = tmp_path_factory.mktemp("knowledge") / "store"
    with GraphStore.open(filled) as store, store.transaction("knowledge") as transaction:
        knowledge.load_into(transaction)
    return lambda where: shutil.copytree(filled, where)


@pytest.fixture
def case(knowledge_store) -> Callable[[str], Case]:
    """Load a supply chain in Turtle (prefixes are added) in place of the one before it, unless it is the same."""

    def load(turtle: str) -> Case:
        data = (HEAD + turtle).encode()
        held = {version.key: version.sha256 for version in knowledge_store.datasets()}
        if held.get("case") != hashlib.sha256(data).hexdigest():
            knowledge_store.load_bytes(data, key="case", format="turtle")
        return Case(knowledge_store)

    return load


@pytest.fixture
def fixtures_dir() -> Path:
    """Folder of third-party files that do not ship with the project."""
    root = os.environ.get("TANMAI_FIXTURES")
    if not root or not Path(root).is_dir():
        pytest.skip("third-party files are not here: set TANMAI_FIXTURES to their folder")
    return Path(root)
