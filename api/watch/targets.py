"""Who is told of changes, and how far each has been told.

Targets are in ``targets.json`` in the folder ``watch`` of the store, written by the command line; how far each has been told is in
``progress.json`` beside it, written by the one server process that tells. Both belong to their owner alone: targets hold secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from api.access import private
from api.errors import WatchError
from api.pages.addresses import is_iri

FOLDER: Final = "watch"
"""Folder of the store for targets and progress."""
_TARGETS, _PROGRESS = FILES = ("targets.json", "progress.json")
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.\-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """One address that is told of changes.

    Attributes:
        name: what it is called here.
        url: where it is told, ``https://...``.
        secret: what signs what it is told.
        created: when it was added, ISO 8601: earlier changes are not told.
        audience: whose view of the store it is told about; ``None`` for the whole store.
        about: IRI of a node; only what concerns it is told. Empty for everything.
        lang: language that titles are in.
    """

    name: str
    url: str
    secret: str = field(repr=False)
    created: str
    audience: str | None = None
    about: str = ""
    lang: str = "en"

    def __post_init__(self) -> None:
        """Refuse what cannot be used.

        Raises:
            WatchError: a name, address or IRI that is none.
        """
        if not _NAME.fullmatch(self.name):
            raise WatchError(f"{self.name!r} is no name of a target: use letters, digits, dots, - and _, at most 64.")
        if (
            not self.url.startswith("https://")
            or not self.url.isascii()
            or not self.url.isprintable()
            or " " in self.url
        ):
            raise WatchError(
                f"{self.url!r} cannot be told of changes: its address begins with https:// and has no space."
            )
        if self.about and not is_iri(self.about):
            raise WatchError(f"{self.about!r} is no absolute IRI. Name the node whose changes are told by its IRI.")

    def shown(self) -> dict[str, Any]:
        """What may be printed: everything but the secret."""
        return {key: value for key, value in asdict(self).items() if key != "secret"}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a target has been told.

    Attributes:
        time: time of the last change that it took, ISO 8601; empty for none.
        told: identifiers of the changes of that time that it took.
        generation: the generation after which nothing is left to tell; empty where something may be.
        attempts: attempts since the last one that it took.
        due: when it is tried again, in seconds of the epoch.
        message: what came of the last attempt; empty for nothing to say.
    """

    time: str = ""
    told: tuple[str, ...] = ()
    generation: str = ""
    attempts: int = 0
    due: float = 0.0
    message: str = ""


def load(store: Path) -> dict[str, Target]:
    """The targets of a store, by name.

    Raises:
        WatchError: the file cannot be read.
        AccessFileError: others than its owner can read it.
    """
    found = [Target(**entry) for entry in _read(store, _TARGETS)]
    return {target.name: target for target in found}


def add(store: Path, target: Target) -> None:
    """Note a target.

    Raises:
        WatchError: there is one of this name.
    """
    known = load(store)
    if target.name in known:
        raise WatchError(
            f"There is a target {target.name} already. Remove it first: tanmai watch remove {target.name}."
        )
    _write(store, _TARGETS, [asdict(each) for each in (*known.values(), target)])


def remove(store: Path, name: str) -> None:
    """Forget a target.

    Raises:
        WatchError: there is none of this name.
    """
    known = load(store)
    if name not in known:
        raise WatchError(f"There is no target {name!r}. Known: {', '.join(sorted(known)) or 'none yet'}.")
    _write(store, _TARGETS, [asdict(each) for each in known.values() if each.name != name])


def progress(store: Path) -> dict[str, Progress]:
    """How far each target has been told, by name."""
    found = _read(store, _PROGRESS)
    return {str(entry.pop("name")): Progress(**{**entry, "told": tuple(entry["told"])}) for entry in found}


def save_progress(store: Path, known: Mapping[str, Progress]) -> None:
    """Keep how far each target has been told."""
    _write(store, _PROGRESS, [{"name": name, **asdict(each)} for name, each in known.items()])


def _read(store: Path, name: str) -> list[dict[str, Any]]:
    path = store / FOLDER / name
    try:
        data = private.read(path)
    except FileNotFoundError:
        return []
    try:
        return list(json.loads(data)["entries"])
    except (ValueError, KeyError, TypeError) as error:
        raise WatchError(f"{path} cannot be read ({error}). Mend it, or remove it and add the targets anew.") from None


def _write(store: Path, name: str, entries: list[dict[str, Any]]) -> None:
    private.make_folder(store / FOLDER)
    private.write(store / FOLDER / name, json.dumps({"entries": entries}, ensure_ascii=False, indent=2).encode())
