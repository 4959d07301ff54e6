"""Everything that can go wrong in the graph store, as one tree.

::

    GraphStoreError
    ├── LayoutError                 the directory is not a store this version can use
    │   ├── StoreNotFoundError      nothing there, or not a store
    │   └── LayoutVersionError      written by an older or newer layout
    ├── StoreLockedError            another process is writing
    ├── ModeError                   the call needs another kind of store (read-only, in memory, closed)
    │   └── EmbeddedOnlyError       the data are behind an endpoint, which cannot do this
    ├── EndpointError               a SPARQL endpoint does not do what is asked of it
    │   ├── EndpointUnreachableError  no answer: name, network, certificate, time
    │   ├── EndpointRefusedError    credentials are missing, wrong or not enough
    │   └── EndpointAnswerError     what came back is an error or no whole answer
    ├── LoadError                   data could not be taken in; nothing was changed
    │   ├── UnknownFormatError      the format is not known or not stated
    │   ├── DataSyntaxError         the data does not parse
    │   └── GraphOwnershipError     a named graph belongs to another dataset
    ├── QueryError                  a query or update was refused or failed
    │   ├── QuerySyntaxError        the text does not parse
    │   └── BindingError            a parameter cannot be bound
    ├── UpdateError                 an update was refused; nothing was changed
    │   └── ProtectedGraphError     it would change a graph that belongs to a dataset or to the catalogue
    ├── ExtractionError             the graph's statements cannot be read as unit processes
    │   └── UncertaintyError        a stated spread cannot be used, or two products cannot be drawn together
    ├── ScenarioError               a scenario is not stated properly, or cannot be laid over the data
    ├── AudienceError               an audience or a sharing that cannot be; nothing was changed
    ├── UnknownNameError            no such dataset, version, graph, generation or release
    ├── ExportError                 the target could not be written
    ├── StorageError                the disk failed or is full; the previous state is intact
    └── CorruptionError             stored bytes are not what was written
        ├── JournalCorruptError
        └── GenerationCorruptError

Every message says what happened, where, why, and how to mend it.
"""

from __future__ import annotations


class GraphStoreError(Exception):
    """Root of all errors of this package."""


class LayoutError(GraphStoreError):
    """The directory is not a store this version can use."""


class StoreNotFoundError(LayoutError):
    """There is no store at the path."""


class LayoutVersionError(LayoutError):
    """The store was written with another layout version, or its FORMAT file cannot be read."""


class StoreLockedError(GraphStoreError):
    """Another process holds the writer's lock."""


class ModeError(GraphStoreError):
    """The call needs another kind of store: a writer, a store on disk, or an open one."""


class EmbeddedOnlyError(ModeError):
    """The data are behind a SPARQL endpoint, and only a store that keeps its data itself can do this."""


class EndpointError(GraphStoreError):
    """A SPARQL endpoint does not do what is asked of it."""


class EndpointUnreachableError(EndpointError):
    """The endpoint did not answer at all, or not in time."""


class EndpointRefusedError(EndpointError):
    """The endpoint asks for credentials, or does not take those that were given."""


class EndpointAnswerError(EndpointError):
    """The endpoint answered with an error, with something that is no result, or with a part of one."""


class LoadError(GraphStoreError):
    """Data could not be taken in. The store is as it was before."""


class UnknownFormatError(LoadError):
    """The RDF format is neither stated nor recognised from the file name."""


class DataSyntaxError(LoadError):
    """The data does not parse.

    Attributes:
        source: file name or label of the data.
        line: line of the error, counted from 1, where the parser knows it.
        column: column of the error, counted from 1, where the parser knows it.
        cause: the parser's own words.
    """

    def __init__(self, source: str, cause: str, line: int | None = None, column: int | None = None, near: bool = False):
        self.source, self.cause, self.line, self.column = source, cause, line, column
        place = "" if line is None else f", {'near ' if near else ''}line {line}"
        place += "" if column is None else f", column {column}"
        super().__init__(f"{source}{place}: {cause}. Nothing was loaded; correct the file and load it again.")


class GraphOwnershipError(LoadError):
    """A named graph in the data belongs to another dataset or to the store itself."""


class QueryError(GraphStoreError):
    """A query or update was refused or failed."""


class QuerySyntaxError(QueryError):
    """The SPARQL text does not parse.

    Attributes:
        line: line of the error in the text as given, counted from 1, where known.
        column: column, counted from 1, where known.
        cause: the parser's own words.
    """

    def __init__(self, cause: str, line: int | None = None, column: int | None = None):
        self.cause, self.line, self.column = cause, line, column
        place = "" if line is None else f" at line {line}" + ("" if column is None else f", column {column}")
        super().__init__(f"SPARQL syntax error{place}: {cause}. Correct the text and run it again.")


class BindingError(QueryError):
    """A parameter cannot be bound to the query."""


class UpdateError(GraphStoreError):
    """An update was refused. The store is as it was before."""


class ProtectedGraphError(UpdateError):
    """An update would change a graph that belongs to a dataset, or the catalogue."""


class AudienceError(GraphStoreError):
    """An audience or a sharing cannot be as asked. Nothing was changed."""


class UnknownNameError(GraphStoreError):
    """There is no such dataset, version, graph, generation or release."""


class ExportError(GraphStoreError):
    """An export, backup or restore could not be written."""


class StorageError(GraphStoreError):
    """The operating system refused to read or write. The last published generation is intact."""


class CorruptionError(GraphStoreError):
    """Stored bytes are not what was written."""


class JournalCorruptError(CorruptionError):
    """A journal record before the end of the journal is damaged."""


class GenerationCorruptError(CorruptionError):
    """A generation's manifest or tables are damaged."""


class ExtractionError(GraphStoreError):
    """What the graph states about processes, flows or factors cannot be read as columns; names the node."""


class UncertaintyError(ExtractionError):
    """A spread is stated in a way that cannot be used, or two products cannot be drawn together."""


class ScenarioError(GraphStoreError):
    """A scenario or change is not stated properly, or does not fit the data it is to be laid over."""
