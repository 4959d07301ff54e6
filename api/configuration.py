"""Where each setting of a server comes from: argument, environment, settings file, default, in this order."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from api.errors import SettingsError
from api.settings import FILES, PREFIX, Settings, value_of

VARIABLE: Final = PREFIX + "CONFIG"
"""Environment variable that names the settings file."""

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "Path": (str,),
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "tuple[str, ...]": (list,),
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings and their origins.

    Attributes:
        settings: what the server is told.
        origins: where each setting comes from: ``argument``, ``environment NAME``, ``file PATH`` or ``default``.
    """

    settings: Settings
    origins: Mapping[str, str]

    def as_toml(self) -> str:
        """A settings file that says the same, each line with its origin."""
        shown = self.settings.shown()
        return "".join(f"{name} = {_toml(shown[name])}  # {origin}\n" for name, origin in self.origins.items())

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Each setting by name: its value and its origin."""
        shown = self.settings.shown()
        return {name: {"value": shown[name], "from": origin} for name, origin in self.origins.items()}


def gather(
    stated: Mapping[str, Any], environ: Mapping[str, str], file: Path | None = None, store: Path | None = None
) -> Configuration:
    """Bring the settings together.

    Args:
        stated: arguments by name; ``None`` is not stated.
        environ: environment variables.
        file: the settings file; without it that of :data:`VARIABLE`, if any.
        store: the store where none is named.

    Raises:
        SettingsError: a file, variable or value cannot be used.
    """
    if file is None and environ.get(VARIABLE):
        file = Path(environ[VARIABLE])
    from_file = {} if file is None else read(file)
    values, origins = dict[str, Any](), dict[str, str]()
    for field in fields(Settings):
        name, variable = field.name, PREFIX + field.name.upper()
        if stated.get(name) is not None:
            values[name], origins[name] = stated[name], "argument"
        elif variable in environ:
            values[name], origins[name] = (
                value_of(variable, environ[variable], str(field.type)),
                f"environment {variable}",
            )
        elif name in from_file:
            values[name], origins[name] = from_file[name], f"file {file}"
        else:
            origins[name] = "default"
    if "store" not in values and store is not None:
        values["store"] = store
    if "store" not in values:
        raise SettingsError(f"There is no store to serve. Set {PREFIX}STORE to its directory.")
    return Configuration(Settings(**values), origins)


def read(file: Path) -> dict[str, Any]:
    """The settings that a TOML file states. Paths in it are relative to the file.

    Raises:
        SettingsError: it cannot be read, or it states something that is no setting, or no value of one.
    """
    try:
        stated = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {file} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {file} is no TOML: {error}.") from None
    kinds = {field.name: str(field.type) for field in fields(Settings)}
    return {name: _checked(file, name, value, kinds) for name, value in stated.items()}


def _checked(file: Path, name: str, value: Any, kinds: Mapping[str, str]) -> Any:
    if name not in kinds:
        near = difflib.get_close_matches(name, kinds, 1, 0.0)[0]
        raise SettingsError(f"The settings file {file} states {name}, which is no setting. The nearest name is {near}.")
    kind = kinds[name]
    wrong = not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "bool")
    if wrong or (isinstance(value, list) and not all(isinstance(each, str) for each in value)):
        raise SettingsError(f"The settings file {file} states {name} = {value!r}, which is no {kind}.")
    if isinstance(value, list):
        return tuple(value)
    if name in FILES and value:
        there = file.parent / value
        return there if kind == "Path" else str(there)
    return float(value) if kind == "float" else value


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        import json

        return json.dumps(value, ensure_ascii=False)  # the escapes of JSON that are left are those of TOML
    return str(value)
