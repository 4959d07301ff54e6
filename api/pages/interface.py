"""The description of the interface for people: the OpenAPI document as it is, without scripts of other sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_METHODS: Final = ("get", "put", "post", "delete", "patch")


def operations(described: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The operations of an OpenAPI document in its order: method, path, what it is for, parameters and answers."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "anchor": f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '') or 'home'}",
            "summary": stated.get("summary", ""),
            "description": stated.get("description", ""),
            "parameters": [_parameter(each) for each in stated.get("parameters", ())],
            "answers": [(code, each.get("description", "")) for code, each in stated.get("responses", {}).items()],
        }
        for path, methods in described.get("paths", {}).items()
        for method, stated in methods.items()
        if method in _METHODS
    ]


def _parameter(stated: Mapping[str, Any]) -> dict[str, Any]:
    schema = stated.get("schema", {})
    kinds = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    kind = kinds[0] if kinds else schema
    return {
        "name": stated["name"],
        "required": bool(stated.get("required", False)),
        "kind": " | ".join(map(str, kind["enum"]))
        if "enum" in kind
        else str(kind.get("format") or kind.get("type", "")),
        "default": schema.get("default"),
        "description": stated.get("description", ""),
    }
