"""Logs as JSON, one object a line: what machines that collect logs can read."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

FIELD: Final = "tanmai"
"""Attribute of a log record that holds further members of the line."""

_MOST_TEXT: Final = 4000


class JsonLines(logging.Formatter):
    """One JSON object for a record; line breaks in what clients sent are escaped, so that nobody can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:_MOST_TEXT],
            **getattr(record, FIELD, {}),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def configure(form: str) -> None:
    """Send logs to stderr: as JSON with a line for each request, or as text when something needs a look."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if form == "json" else logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
