"""Errors of the table converter.

ReferenceTableError
├── TableFormatError     a table has no such file, lacks a column, has an unknown column or a repeated key
├── UnknownKeyError      a cell names a key (source, standard, place, ...) that no table and no concept file defines
└── BadValueError        a cell does not hold the number, date or truth value that its column must hold
"""

from __future__ import annotations


class ReferenceTableError(Exception):
    """Root of all errors of the table converter; the message names table, row, column and cure."""


class TableFormatError(ReferenceTableError):
    """A table is missing, lacks a column, has a column that nothing reads, or repeats a key."""


class UnknownKeyError(ReferenceTableError):
    """A cell names a key that nothing defines."""


class BadValueError(ReferenceTableError):
    """A cell does not hold a value of the kind its column must hold."""
