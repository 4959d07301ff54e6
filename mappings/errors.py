"""Errors of the ways in and out.

    MappingError
    ├── PackageError      a file handed in cannot be read or states something impossible; names the file and the cause
    ├── FlowMapError      the table that maps flows to greenhouse gases is wrong; names the file and the line
    ├── UnitTableError    the units of the reference knowledge cannot be read
    ├── PlaceTableError   the places of the reference knowledge cannot be read
    ├── ReferenceDataError  other reference knowledge that a format needs cannot be read
    ├── RecordError       a record of a footprint cannot be taken in, changed or made; names what is wrong and the cure
    ├── FormulaError      a formula cannot be evaluated; names the formula and the part that is at fault
    └── ArgumentError     a base IRI or data set key that cannot be part of an IRI

Every message says what is wrong, where, why, and how to mend it. A `FormulaError` never leaves a reader: it comes out as
the `PackageError` of the file that holds the formula.
"""

from __future__ import annotations


class MappingError(Exception):
    """Root of all errors of this package."""


class PackageError(MappingError):
    """A package, or a file inside one, cannot be read.

    Attributes:
        file: Path of the file inside the package, or of the package itself.
    """

    def __init__(self, file: str, cause: str) -> None:
        super().__init__(f"{file}: {cause}")
        self.file = file


class FlowMapError(MappingError):
    """A flow map is wrong.

    Attributes:
        file: Path of the table.
        line: Line number, the header being line 1; 0 when the whole file is meant.
    """

    def __init__(self, file: str, line: int, cause: str) -> None:
        super().__init__(f"{file}, line {line}: {cause}" if line else f"{file}: {cause}")
        self.file = file
        self.line = line


class UnitTableError(MappingError):
    """The units of the reference knowledge cannot be read."""


class PlaceTableError(MappingError):
    """The places of the reference knowledge cannot be read."""


class ReferenceDataError(MappingError):
    """Reference knowledge that a format needs cannot be read."""


class RecordError(MappingError):
    """A record of a footprint cannot be taken in, changed or made."""


class FormulaError(MappingError):
    """A formula cannot be evaluated."""


class ArgumentError(MappingError):
    """An argument cannot be used to name things."""
