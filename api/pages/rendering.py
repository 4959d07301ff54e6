"""Templates to HTML: everything that comes from the graph is escaped, in text and in attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.pages.addresses import Addresses, outside
from api.pages.words import Language, word

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
"""Headers of every page: no script, style or frame from anywhere else, and none that stands in the page."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What every page is told.

    Attributes:
        lang: its language.
        addresses: writes its links.
        here: path of the page, below the prefix, percent-encoded.
        parameters: parameters of the page beside those that are carried.
        generation: the generation that is shown; empty where none is.
        release: name of the release that is shown; ``None`` for none.
        as_of: the day that is shown; ``None`` for none.
    """

    lang: Language
    addresses: Addresses
    here: str
    parameters: Mapping[str, str]
    generation: str = ""
    release: str | None = None
    as_of: str | None = None

    def word(self, key: str, **values: object) -> str:
        """Words in the language of the page."""
        return word(key, self.lang, **values)

    def in_language(self, lang: Language) -> str:
        """The address of this page in a language."""
        return self.addresses.to(self.here, **{**self.parameters, "lang": lang})

    def at_present(self) -> str:
        """The address of this page in the present state of the graph."""
        kept = {key: value for key, value in self.addresses.carried.items() if key == "lang"}
        return Addresses(self.addresses.prefix, self.addresses.base, kept).to(self.here, **self.parameters)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["figure"] = figure
    made.filters["percent"] = lambda share: "" if share is None else f"{share:.1%}"
    made.filters["outside"] = outside
    made.filters["data_block"] = data_block
    return made


def render(template: str, setting: Setting, **values: Any) -> bytes:
    """A page as UTF-8."""
    made = _environment().get_template(template + ".html")
    text = made.render(s=setting, w=setting.word, to=setting.addresses.to, **values)
    return text.encode("utf-8", "replace")


def figure(value: float, digits: int = 5) -> str:
    """A number as people read it; the whole of it stands beside, in the page.

    >>> figure(12208.90412), figure(0.5777), figure(0)
    ('12,209', '0.5777', '0')
    """
    text = f"{value:,.{digits}g}"
    if "e" in text and 1e-3 <= abs(value) < 1e12:
        text = f"{value:,.0f}"
    return text


def data_block(value: object) -> Markup:
    """JSON as the content of a ``<script>`` that holds data: nothing in it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here
