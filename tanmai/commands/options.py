"""Options that every command takes, and what they open."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanmai import settings
from tanmai.words import Language

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.contract import SparqlStore

Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Directory of the store, or address of a SPARQL endpoint. 存储目录或 SPARQL 端点地址。",
        show_default="$TANMAI_STORE or ./tanmai-data",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines. 输出 JSON。")]
Lang = Annotated[
    str | None,
    typer.Option(
        "--lang", help="Language of the output: zh or en. 输出语言。", show_default="$TANMAI_LANG or the locale"
    ),
]
Amount = Annotated[float, typer.Option("--amount", help="How much of it. 数量。")]
Unit = Annotated[
    str | None,
    typer.Option("--unit", help="Unit of the amount: t, kg, kWh, ... or an IRI; else the product's own. 单位。"),
]
Gwp = Annotated[str, typer.Option("--gwp", help="GWP set: AR4, AR5, AR6. 全球变暖潜势版本。")]
Unlinked = Annotated[
    str,
    typer.Option(
        "--unlinked", help="Inputs that nothing supplies: error, or cutoff to leave out and list them. 无供应方的输入。"
    ),
]
Coproducts = Annotated[
    str,
    typer.Option(
        "--coproducts",
        help="Several products without a stated method: error, unallocated, mass, energy, economic, system-expansion, "
        "price-ratio. 未注明分配方法的共生产品。",
    ),
]
Recycling = Annotated[
    str,
    typer.Option("--recycling", help="Recycling model: stated, cut-off, closed-loop, cff. 再生利用模型。"),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Only knowledge issued by this day, YYYY-MM-DD. 截至该日发布的知识。"),
]
Release = Annotated[str | None, typer.Option("--release", help="State pinned under this name. 固定的发布版本。")]
SectorAverage = Annotated[
    bool,
    typer.Option(
        "--sector-average",
        help="Allow a result that rests on sectors of an input-output table alone. 允许仅以部门平均值得出结果。",
    ),
]
ScenarioName = Annotated[
    str | None, typer.Option("--scenario", help="Scenario to lay over the data: its name or IRI. 叠加的情景。")
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse factors that cannot be restated. 拒绝无法折算的因子。")]
RemoteContexts = Annotated[
    bool,
    typer.Option("--remote-contexts", help="Fetch JSON-LD contexts from the network. 允许从网络获取 JSON-LD 上下文。"),
]


def day(text: str, option: str) -> date:
    """Read a day.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2025-09-28.", param_hint=option) from None


@dataclass(frozen=True, slots=True)
class Front:
    """What the common options say.

    Attributes:
        location: directory of the store, or address of the endpoint that keeps it; the address may hold secrets.
        json: print JSON.
        lang: language of the output.
    """

    location: str
    json: bool
    lang: Language

    @classmethod
    def of(cls, store: str | None, json: bool, lang: str | None) -> Front:
        """Fill in the defaults.

        Raises:
            typer.BadParameter: a language that is not spoken.
        """
        if lang not in {None, "zh", "en"}:
            raise typer.BadParameter(f"{lang!r} is not spoken here: choose zh or en.", param_hint="--lang")
        chosen: Language = settings.language() if lang is None else ("zh" if lang == "zh" else "en")
        return cls(store or settings.store_location(), json, chosen)

    @property
    def store_path(self) -> Path:
        """Directory of the store.

        Raises:
            EmbeddedOnlyError: an endpoint keeps it.
        """
        if self.remote:
            from graphstore.contract import refused
            from graphstore.remote.http import without_secrets

            raise refused("do this", without_secrets(self.location))
        return Path(self.location)

    @property
    def own_path(self) -> Path:
        """Directory of what a server keeps for itself (clients, partners, whom to tell): the store, or beside an endpoint."""
        return Path(os.environ.get("TANMAI_API_STORE", settings.DEFAULT_STORE)) if self.remote else self.store_path

    @property
    def remote(self) -> bool:
        """Whether an endpoint keeps the store."""
        return self.location.startswith(("http://", "https://"))

    def open(self, mode: Literal["read", "write"] = "read", wait: float = 0.0, *, refresh: bool = True) -> GraphStore:
        """Open the store in its directory; what opening had to mend is told on stderr.

        Args:
            mode: To read, or to write.
            wait: Seconds to wait for another writer to finish.
            refresh: After a change, bring what audiences read up to date.

        Raises:
            EmbeddedOnlyError: an endpoint keeps it.
            StoreLockedError: another process is writing, and was until the time was over.
        """
        from graphstore import GraphStore
        from tanmai.translate import translated

        opened = GraphStore.open(self.store_path, mode=mode, wait=wait)
        for sentence in opened.recovered:
            typer.echo(translated(sentence, self.lang), err=True)
        if refresh:
            opened.before_close(self._refresh)
        return opened

    def _refresh(self, store: GraphStore) -> None:
        """Bring what audiences read up to date with a change; what fails is told, and leaves the change as it is."""
        from graphstore.errors import GraphStoreError
        from registry.errors import RegistryError
        from registry.publishing.refreshing import refresh
        from tanmai.translate import translated

        try:
            refresh(store)
        except (GraphStoreError, RegistryError) as error:
            typer.echo(translated(str(error), self.lang), err=True)

    def connect(self, mode: Literal["read", "write"] = "read") -> SparqlStore:
        """Open the store, in its directory or behind an endpoint."""
        if not self.remote:
            return self.open(mode)
        from graphstore.remote import RemoteGraphStore

        return RemoteGraphStore.open(self.location, token=settings.store_token())

    def view(self, as_of: str | None, release: str | None) -> SparqlStore:
        """Open a state to read: the newest, a release, or what was known on a day.

        Raises:
            typer.BadParameter: a day that is none.
            EmbeddedOnlyError: an endpoint keeps the store, and it is not the present that is asked for.
        """
        if self.remote:
            return self._present(as_of, release)
        from graphstore import GraphStore

        opened = GraphStore.open(self.store_path, mode="read", release=release)
        if as_of is None:
            return opened
        with opened:
            return opened.as_of(day(as_of, "--as-of"))

    def _present(self, as_of: str | None, release: str | None) -> SparqlStore:
        from graphstore.contract import refused

        store = self.connect()
        if as_of is None and release is None:
            return store
        with store:
            raise refused("show a state of the past", store.location or "")

    def tell(self, facts: Mapping[str, Any], shown: Collection[str] | None = None) -> None:
        """Print facts: JSON, or one line with what each is called.

        Args:
            facts: By key of `tanmai.phrases`.
            shown: The keys that people see; all where it is left out. What is None or empty is not shown.
        """
        if self.json:
            self.print_json(facts)
            return
        from tanmai.phrases import phrase

        seen = {key: value for key, value in facts.items() if shown is None or (key in shown and value)}
        typer.echo("  ".join(f"{phrase(key, self.lang)}: {value}" for key, value in seen.items() if value is not None))

    def print_json(self, value: Any) -> None:
        """Print JSON, two spaces deep, in UTF-8; numbers as they are."""
        import json

        typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
