"""Parameters of requests: how to calculate, how much of what; each stated once, and none that a route does not know."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from api.errors import RequestError

_LONGEST = 2000
"""Characters of one parameter: longer than any IRI or name that means something."""


def _written_day(value: object) -> object:
    """Refuse other ways to write a day: a number would be taken for seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise PydanticCustomError("date_parsing", "no day")
    return value


def _written_number(value: object) -> object:
    """Refuse digits in groups, as Python writes them: 1_000 is no number anywhere else."""
    if isinstance(value, str) and "_" in value:
        raise PydanticCustomError("float_parsing", "no number")
    return value


Day = Annotated[dt.date, BeforeValidator(_written_day)] | None
Amount = Annotated[
    float,
    Query(gt=0, allow_inf_nan=False, description="How much of the product. 产品数量。", examples=[1000.0]),
    BeforeValidator(_written_number),
]
Unit = Annotated[
    str | None,
    Query(
        max_length=_LONGEST,
        description="Unit of the amount, by symbol or IRI; the product's own when left out. 数量单位，缺省为产品自身单位。",
        examples=["t"],
    ),
]
Most = Annotated[int, Query(ge=1, le=10_000, description="How many parts to list. 列出项数。")]
Anyway = Annotated[
    bool, Query(description="Compare what the rule says is not comparable. 不可比时仍予比较。", examples=[False])
]


def known_only(request: Request) -> None:
    """Refuse a parameter that the route does not know, which would leave a default in force unseen, and one given twice.

    Raises:
        RequestError: names it.
    """
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = dict(_fields(route.dependant))
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            listed = ", ".join(known) or "none"
            raise RequestError(f"There is no parameter {name!r} here. Known: {listed}.")
        if name in seen and not known[name]:
            raise RequestError(f"The parameter {name} is given more than once. Give it once.")
        seen.add(name)


def _fields(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The parameters that a route reads, and whether they may come several times."""
    yield from ((field.alias, "list" in str(field.field_info.annotation)) for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _fields(each)


STRICT = [Depends(known_only)]
"""What every route of this package depends on."""


def page_language(
    lang: Annotated[
        Literal["en", "zh"] | None,
        Query(description="Language of a page; else by Accept-Language. 页面语言，缺省按 Accept-Language。"),
    ] = None,
) -> str | None:
    """The language that the address of a page states; `api.requests.language_of` reads it."""
    return lang


PAGED = [Depends(page_language)]
"""What routes depend on that answer with a page too."""


@dataclass(frozen=True, slots=True)
class Past:
    """Which state of the store is asked about."""

    as_of: Annotated[
        Day,
        Query(
            alias="as-of",
            description="Only knowledge issued by this day. 截至该日发布的知识。",
            examples=["2025-09-28"],
        ),
    ] = None
    release: Annotated[
        str | None,
        Query(max_length=80, description="State pinned under this name. 固定的发布版本。", examples=["2025-annual"]),
    ] = None

    @property
    def job(self) -> dict[str, Any]:
        """The same for a reader, which then reads that state."""
        day, release = self.at
        return {"as_of": day, "release": release}

    @property
    def at(self) -> tuple[str | None, str | None]:
        """Day and release, for a reader that looks at several states."""
        return None if self.as_of is None else self.as_of.isoformat(), self.release


@dataclass(frozen=True, slots=True)
class Method:
    """How to calculate: the options of the command line, with the same names and defaults."""

    gwp: Annotated[
        str,
        Query(
            max_length=40, description="GWP set: AR4, AR5, AR6. 全球变暖潜势数值集：AR4、AR5、AR6。", examples=["AR6"]
        ),
    ] = "AR6"
    unlinked: Annotated[
        Literal["error", "cutoff"],
        Query(
            description="Inputs that nothing supplies: refuse, or leave out and list. 无供应方的输入：报错，或舍弃并列出。"
        ),
    ] = "error"
    coproducts: Annotated[
        str,
        Query(
            max_length=40,
            examples=["mass"],
            description="Several products without a stated method: error, unallocated, mass, energy, economic, "
            "system-expansion, price-ratio. 未注明分配方法的共生产品：error（报错）、unallocated、mass（质量）、energy（能量）、economic（经济价值）、system-expansion（系统扩展）、price-ratio（价格比）。",
        ),
    ] = "error"
    recycling: Annotated[
        str,
        Query(
            max_length=40,
            description="Recycling model: stated, cut-off, closed-loop, cff. 再生利用模型：stated（按数据所述）、cut-off、closed-loop、cff。",
            examples=["cut-off"],
        ),
    ] = "stated"
    strict: Annotated[bool, Query(description="Refuse factors that cannot be restated. 拒绝无法折算的因子。")] = False
    sector_average: Annotated[
        bool,
        Query(
            alias="sector-average",
            description="Allow a result that rests on sectors of an input-output table alone. 允许仅以部门平均值得出结果。",
        ),
    ] = False
    scenario: Annotated[
        str | None,
        Query(
            max_length=_LONGEST,
            description="Scenario to lay over the data: name or IRI. 叠加的情景。",
            examples=["hydropower"],
        ),
    ] = None

    @property
    def job(self) -> dict[str, Any]:
        """The same for a reader."""
        return {
            "method": {
                "gwp": self.gwp,
                "unlinked": self.unlinked,
                "coproducts": self.coproducts,
                "recycling": self.recycling,
                "strict": self.strict,
                "sector_average": self.sector_average,
                "scenario": self.scenario,
            }
        }


AsMethod = Annotated[Method, Depends()]
AsPast = Annotated[Past, Depends()]
