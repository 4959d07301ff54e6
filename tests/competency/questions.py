"""The questions of graphstore/questions, as text."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "graphstore" / "questions"


def text_of(name: str, **values: str) -> str:
    """Text of the question whose file begins with this name; `values` replace what its VALUES lines hold."""
    (file,) = FOLDER.glob(f"{name}*.rq")
    text = file.read_text(encoding="utf-8")
    for variable, value in values.items():
        pattern = rf"VALUES \?{variable} {{[^}}]*}}"
        assert re.search(pattern, text), f"{file.name} has no VALUES line for ?{variable}"
        text = re.sub(pattern, f"VALUES ?{variable} {{ {value} }}", text)
    return text
