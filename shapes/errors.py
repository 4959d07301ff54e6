"""Errors of the validation.

    ShapesError
    ├── ShapesGraphError          the shapes graph is ill-formed: no processor can answer
    ├── UnsupportedShapeError     well-formed, but outside of what our engine compiles: another processor may answer
    ├── ReferenceEngineError      the other processor failed, or is not installed
    ├── PlanError                 a compiled plan cannot be read
    ├── TemplateError             what was given for a new rule cannot stand in its file
    ├── ReadingError              a file cannot be taken in: not RDF, cut short, another encoding, too large, too deep
    ├── StudyError                the file is RDF, but there is nothing in it to judge, or numbers that are none
    ├── UnknownShapesError        shapes were asked for by a name that does not exist
    ├── SelectionError            a rule was named by which nothing can be judged
    └── CorrectionError           no corrected copy of a file can be written

Every message says what is wrong, where, why, and how to mend it.
"""

from __future__ import annotations


class ShapesError(Exception):
    """Root of all errors of this package."""


class TemplateError(ShapesError):
    """A value given for a new product category rule cannot stand in its file."""


class ReadingError(ShapesError):
    """A file cannot be taken in; nothing was kept of it.

    Attributes:
        source: file name or label of the data.
        cause: what is wrong and how to mend it.
        line: line of the error, counted from 1, where it is known.
        column: column of the error, counted from 1, where it is known.
    """

    def __init__(self, source: str, cause: str, line: int | None = None, column: int | None = None) -> None:
        self.source, self.cause, self.line, self.column = source, cause, line, column
        place = "" if line is None else f", line {line}"
        place += "" if column is None else f", column {column}"
        super().__init__(f"{source}{place}: {cause}. Nothing was taken in.")


class StudyError(ShapesError):
    """The data are RDF, but no study that could be judged."""


class UnknownShapesError(ShapesError):
    """Shapes were asked for by a name that does not exist."""


class SelectionError(ShapesError):
    """A rule was named by which nothing can be judged."""


class CorrectionError(ShapesError):
    """No corrected copy of a file can be written; none was."""


class ShapesGraphError(ShapesError):
    """The shapes graph breaks a syntax rule of SHACL; validation is a failure, not a report."""


class UnsupportedShapeError(ShapesError):
    """The shapes graph uses something that our engine does not compile; the reference engine may know it."""


class ReferenceEngineError(ShapesError):
    """The reference engine is not installed, or could not answer."""


class PlanError(ShapesError):
    """A compiled plan is damaged or was written by another version of the compiler."""
