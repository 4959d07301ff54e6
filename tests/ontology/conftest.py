"""Shared by the tests of the vocabulary: the checking script as a module, and a store with all shipped Turtle."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_ontology.py"


@pytest.fixture(scope="session")
def checks() -> ModuleType:
    """scripts/check_ontology.py, which is a command and not part of a package."""
    spec = importlib.util.spec_from_file_location("check_ontology", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shipped(checks: Any) -> Any:
    """A store with every shipped Turtle file in its default graph. Tests must not write to it."""
    return checks.load_shipped()


@pytest.fixture(scope="session")
def store(shipped: Any) -> Any:
    """The same store, by the name that the questions about the reference knowledge use."""
    return shipped
