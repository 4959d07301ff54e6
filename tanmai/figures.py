"""How numbers are shown: rounding happens here and nowhere else."""

from __future__ import annotations

import math


def figure(value: float, digits: int = 5) -> str:
    """Return a number with so many significant digits, plain between 0.001 and a billion, grouped in thousands.

    >>> figure(12208.90412), figure(0.57770), figure(1.5e-7)
    ('12,209', '0.5777', '1.5e-07')
    """
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return f"{value:g}"
    size = math.floor(math.log10(abs(value)))
    if size < -3 or size > 9:
        return f"{value:.{digits}g}"
    text = f"{value:,.{max(0, digits - 1 - size)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None) -> str:
    """Return a share with one decimal; nothing where there is none."""
    return "" if share is None else f"{share:.1%}"


def bar(share: float | None, width: int = 28) -> str:
    """Return a bar as long as the share; a credit is drawn hollow."""
    if share is None:
        return ""
    cells = min(width, round(abs(share) * width))
    return ("█" if share > 0 else "░") * max(cells, 1 if share else 0)
