"""Errors of the registry.

    RegistryError

Every message says what is wrong, where, why, and how to mend it.
"""

from __future__ import annotations


class RegistryError(Exception):
    """Root of all errors of this package."""
