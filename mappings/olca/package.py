"""An openLCA JSON-LD package, as a zip archive or a folder, read into memory.

Entities are told by their `@type`, and where that is missing by their folder, so both schema versions and archives with
an extra top folder read the same. Files are read in the order of their names: the result does not depend on the order in
which an archive holds them.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from graphstore.errors import LoadError
from graphstore.unpacking import stated_limits
from mappings.errors import PackageError
from mappings.olca.fields import Json, ref, text

FOLDERS = {
    "Process": "processes",
    "Flow": "flows",
    "FlowProperty": "flow_properties",
    "UnitGroup": "unit_groups",
    "Location": "locations",
    "Actor": "actors",
    "Source": "sources",
    "Category": "categories",
    "Parameter": "parameters",
}
"""The entity types that are read, with the folder that holds them in a package."""

MAX_ENTITY = 256 << 20
"""Most bytes of one file in an archive (256 MiB): an entity is parsed whole, and the largest known have a few megabytes."""

_TYPES = {folder: kind for kind, folder in FOLDERS.items()}
_NEW_FIELDS = ("isInput", "isRefUnit", "isRefFlowProperty", "isQuantitativeReference")


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity: its identifier, the file it stands in, and its JSON object."""

    id: str
    file: str
    data: Json

    @property
    def name(self) -> str:
        """The name, or "" where the file states none (a number, a null or nothing is no name)."""
        return text(self.data.get("name"))


@dataclass(slots=True)
class Package:
    """A package.

    Attributes:
        source: Path of the archive or folder.
        entities: For each type of `FOLDERS`, its entities by identifier, in the order of identifiers.
        schema: `1.x` or `2.x`, told by the field names in use.
        ignored: How many entities of types that are not read, by type.
        repeated: Files that repeat an entity word for word, with the file that holds it.
    """

    source: str
    entities: dict[str, dict[str, Entity]] = field(default_factory=lambda: {kind: {} for kind in FOLDERS})
    schema: str = "1.x"
    ignored: Counter[str] = field(default_factory=Counter)
    repeated: list[tuple[str, str]] = field(default_factory=list)

    def __getitem__(self, kind: str) -> dict[str, Entity]:
        """Return the entities of a type by identifier."""
        return self.entities[kind]

    def category(self, entity: Entity) -> str:
        """Return the category path of an entity, for example `air/unspecified`; "" where it has none.

        Schema 2 states the path; schema 1 refers to a category, which refers to its parent.
        """
        value = entity.data.get("category")
        if isinstance(value, str):
            return value.strip().strip("/")
        names: list[str] = []
        seen: set[str] = set()
        while isinstance(value, dict):
            key = text(value.get("@id"))
            parent = self["Category"].get(key)
            names.append(parent.name if parent and parent.name else text(value.get("name")))
            if parent is None:
                above = value.get("categoryPath")
                names.extend(reversed([text(n) for n in above]) if isinstance(above, list) else ())
            if parent is None or key in seen:
                break
            seen.add(key)
            value = ref(parent.data, "category") or None
        return "/".join(name.replace("/", "|") for name in reversed(names) if name)


def read_package(path: str | Path) -> Package:
    """Read a package.

    Args:
        path: A zip archive or a folder.

    Raises:
        PackageError: there is no such file, it is no package, or a file in it is broken; names the file and the cause.
    """
    source = Path(path)
    package = Package(str(source))
    for name, raw in sorted(_files(source)):
        _add(package, name, raw)
    if not package["Process"] and not package["Flow"]:
        raise PackageError(
            package.source,
            "holds no openLCA process or flow. Hand in a package in the openLCA JSON-LD format (a zip archive or folder "
            "with processes/*.json and flows/*.json), exported by openLCA with File > Export > JSON-LD.",
        )
    for kind, found in package.entities.items():
        package.entities[kind] = dict(sorted(found.items()))
    package.schema = "2.x" if any(_is_new(e.data) for e in _versioned(package)) else "1.x"
    return package


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    if source.is_dir():
        names = ((p, p.relative_to(source)) for p in source.rglob("*.json") if p.is_file())
        yield from ((n.as_posix(), p.read_bytes()) for p, n in names if _is_read(n.as_posix()))
        return
    try:
        with zipfile.ZipFile(source) as archive:
            members = [info for info in archive.infolist() if not info.is_dir() and _is_read(info.filename)]
            _check_sizes(source, members)
            yield from ((info.filename, archive.read(info)) for info in members)
    except FileNotFoundError as error:
        raise PackageError(str(source), "there is no such file or folder.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise PackageError(
            str(source),
            f"cannot be read as a zip archive: {error}. Hand in an intact, unencrypted archive or its folder.",
        ) from error


def _check_sizes(source: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse what would fill the memory, before a byte of it is unpacked.

    The stated sizes can be relied on: `zipfile` unpacks no more of a member than its stated size, and finds it damaged then.
    """
    for info in members:
        if info.file_size > MAX_ENTITY:
            raise PackageError(
                info.filename,
                f"unpacks to {info.file_size:,} bytes; one file of a package may have {MAX_ENTITY:,}. If you trust the "
                "package, unpack it yourself and hand in the folder.",
            )
    try:
        objection = stated_limits().objection(source.stat().st_size, sum(info.file_size for info in members))
    except LoadError as error:
        raise PackageError(str(source), f"cannot be unpacked: {error}") from error
    if objection:
        raise PackageError(str(source), f"{objection}.")


def _is_read(name: str) -> bool:
    """Leave out what archivers add: resource forks of macOS and hidden files."""
    parts = PurePosixPath(name).parts
    return name.endswith(".json") and not any(p.startswith((".", "__MACOSX")) for p in parts)


def _add(package: Package, file: str, raw: bytes) -> None:
    data = _parse(file, raw)
    parts = PurePosixPath(file).parts
    folder = parts[-2] if len(parts) > 1 else ""
    if not isinstance(data, dict):
        if folder in _TYPES:
            raise PackageError(file, f"holds a JSON {type(data).__name__} where one entity, an object, belongs.")
        package.ignored[folder or file] += 1
        return
    kind = text(data.get("@type")) or _TYPES.get(folder, "")
    if kind not in FOLDERS:
        package.ignored[kind or folder or file] += 1
        return
    key = text(data.get("@id")) or (text(data.get("name")) if kind == "Parameter" else PurePosixPath(file).stem)
    before = package[kind].get(key)
    if before is None:
        package[kind][key] = Entity(key, file, data)
    elif before.data == data:
        package.repeated.append((file, before.file))
    else:
        raise PackageError(
            file, f"is a second {kind} {key} that differs from {before.file}. Keep one of them; identifiers are unique."
        )


def _parse(file: str, raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PackageError(file, f"is not UTF-8 text: byte {error.start} cannot be read. Save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise PackageError(
            file, f"is broken JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise PackageError(file, "is nested too deeply to be an openLCA entity.") from error
    except ValueError as error:
        raise PackageError(file, f"is broken JSON: {error}.") from error


def _versioned(package: Package) -> Iterator[Entity]:
    for kind in ("Process", "UnitGroup", "Flow"):
        yield from package[kind].values()


def _is_new(data: Json) -> bool:
    parts = (data.get(name) for name in ("exchanges", "units", "flowProperties"))
    return any(
        isinstance(item, dict) and any(name in item for name in _NEW_FIELDS)
        for part in parts
        if isinstance(part, list)
        for item in part[:1]
    )
