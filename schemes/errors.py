"""Errors of the calculators of schemes.

    SchemeError
    ├── SchemeDataError        the graph lacks a rule, scale or limit that a calculator needs, or states it twice
    ├── SupplyError            a description of an electricity supply cannot be read or does not add up
    ├── NoFactorError          no electricity factor for that place, year and kind of generation
    ├── WrongFactorKindError   a factor of a kind that may not enter a product footprint
    └── ScreeningError         a screening inventory that cannot be read or has nothing in it

Every message says what is wrong, where, why, and how to mend it.
"""

from __future__ import annotations


class SchemeError(Exception):
    """Root of all errors of this package."""


class SchemeDataError(SchemeError):
    """What a calculator takes from the graph is missing there or contradicts itself."""


class SupplyError(SchemeError):
    """An electricity supply is described in a way that cannot be read or does not add up to the whole."""


class NoFactorError(SchemeError):
    """The graph holds no electricity factor that fits; nothing was put in its place."""


class WrongFactorKindError(SchemeError):
    """A factor of a kind that may not enter a product footprint was named for one."""


class ScreeningError(SchemeError):
    """A screening inventory cannot be read, or has no contribution in it."""
