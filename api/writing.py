"""Bodies that carry one graph, or several documents of one graph (multipart/form-data)."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

from api.errors import RequestError


def parts_of(media_type: str, body: bytes) -> list[tuple[str, bytes]]:
    """The documents of a body with their media types: one, or each part of a form.

    Raises:
        RequestError: the form cannot be read.
    """
    if not media_type.lower().startswith("multipart/form-data"):
        return [(media_type, body)]
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + media_type.encode() + b"\r\n\r\n" + body)
    if not message.is_multipart() or message.defects:
        raise RequestError("The form cannot be read: its parts do not begin and end at the stated boundary.")
    found = list[tuple[str, bytes]]()
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            raise RequestError("A part of the form is a form itself. Send each document as a part of its own.")
        found.append((str(part.get("Content-Type", "")), content))
    return found
