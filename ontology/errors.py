"""Errors of the vocabulary loader.

OntologyError
└── UnknownFileError    a shipped data file was asked for by a name that does not exist
"""

from __future__ import annotations


class OntologyError(Exception):
    """Root of all errors of the `ontology` package."""


class UnknownFileError(OntologyError):
    """A shipped data file was asked for by a name that does not exist."""
