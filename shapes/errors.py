"""Errors of the validation.

    ShapesError

Every message says what is wrong, where, why, and how to mend it.
"""

from __future__ import annotations


class ShapesError(Exception):
    """Root of all errors of this package."""
