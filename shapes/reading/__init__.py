"""Reading what is handed in: guarded, in any RDF syntax, each failure with one clear error and nothing kept."""

from shapes.reading.contexts import Contexts
from shapes.reading.document import Document, read, read_bytes

__all__ = ["Contexts", "Document", "read", "read_bytes"]
