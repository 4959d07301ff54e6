"""The description of the interface for people: the OpenAPI document as it is, without scripts of other sites."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from api.pages.words import Language

_METHODS: Final = ("get", "put", "post", "delete", "patch")


_CHINESE: Final = re.compile("[\u4e00-\u9fff]")


def said_in(text: str, lang: Language) -> str:
    """One language of a text that is written in English and then in Chinese; a text in one language as it is.

    >>> said_in("Setting of b. B 的设置。", "en"), said_in("Setting of b. B 的设置。", "zh")
    ('Setting of b.', 'B 的设置。')
    """
    chinese = _CHINESE.search(text)
    if chinese is None:
        return text
    stop = text.rfind(". ", 0, chinese.start())
    begin = chinese.start() if stop < 0 else stop + 2
    return (text[begin:] if lang == "zh" else text[:begin]).strip() or text


def operations(described: Mapping[str, Any], lang: Language) -> list[dict[str, Any]]:
    """The operations of an OpenAPI document in its order: method, path, what it is for, parameters and answers."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "anchor": f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '') or 'home'}",
            "summary": said_in(stated.get("summary", ""), lang),
            "description": stated.get("description", ""),
            "parameters": [_parameter(each, lang) for each in stated.get("parameters", ())],
            "answers": [
                (code, said_in(each.get("description", ""), lang))
                for code, each in sorted(stated.get("responses", {}).items())
            ],
            "example": _example(stated.get("responses", {})),
        }
        for path, methods in described.get("paths", {}).items()
        for method, stated in methods.items()
        if method in _METHODS
    ]


def _parameter(stated: Mapping[str, Any], lang: Language) -> dict[str, Any]:
    schema = stated.get("schema", {})
    kinds = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    kind = kinds[0] if kinds else schema
    return {
        "name": stated["name"],
        "required": bool(stated.get("required", False)),
        "kind": " | ".join(map(str, kind["enum"]))
        if "enum" in kind
        else str(kind.get("format") or kind.get("type", "")),
        "default": None if schema.get("default") is None else _written(schema["default"]),
        "description": said_in(stated.get("description", ""), lang),
    }


def _written(value: object) -> str:
    """A value as it stands in an address."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _example(responses: Mapping[str, Any]) -> str:
    """The example of the good answer, as it is sent; empty where there is none."""
    good = (responses[code] for code in sorted(responses) if code.startswith("20"))
    kinds = (kind for answer in good for kind in answer.get("content", {}).values() if "example" in kind)
    found = next((kind["example"] for kind in kinds), "")
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, indent=1)
