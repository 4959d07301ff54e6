"""Errors of the validation.

    ShapesError
    ├── ShapesGraphError          the shapes graph is ill-formed: no processor can answer
    ├── UnsupportedShapeError     well-formed, but outside of what our engine compiles: another processor may answer
    ├── ReferenceEngineError      the other processor failed, or is not installed
    └── PlanError                 a compiled plan cannot be read

Every message says what is wrong, where, why, and how to mend it.
"""

from __future__ import annotations


class ShapesError(Exception):
    """Root of all errors of this package."""


class ShapesGraphError(ShapesError):
    """The shapes graph breaks a syntax rule of SHACL; validation is a failure, not a report."""


class UnsupportedShapeError(ShapesError):
    """The shapes graph uses something that our engine does not compile; the reference engine may know it."""


class ReferenceEngineError(ShapesError):
    """The reference engine is not installed, or could not answer."""


class PlanError(ShapesError):
    """A compiled plan is damaged or was written by another version of the compiler."""
