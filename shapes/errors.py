"""Errors of the validation.

    ShapesError
    └── TemplateError     what was given for a new rule cannot stand in its file

Every message says what is wrong, where, why, and how to mend it.
"""

from __future__ import annotations


class ShapesError(Exception):
    """Root of all errors of this package."""


class TemplateError(ShapesError):
    """A value given for a new product category rule cannot stand in its file."""
