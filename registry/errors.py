"""Errors of the registry.

    RegistryError
    └── CureError     the cure that a shape names cannot be made; names the cure and the cause

Every message says what is wrong, where, why, and how to mend it.
"""

from __future__ import annotations


class RegistryError(Exception):
    """Root of all errors of this package."""


class CureError(RegistryError):
    """The cure that a shape names cannot be made."""
