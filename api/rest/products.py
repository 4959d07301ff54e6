"""``/products``: the products of the store, and what can be asked about one."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.pages.asking import prefix_of
from api.rest import schemas
from api.rest.addresses import QuotedRoute
from api.rest.answering import Answered, Headers, next_link, state_of
from api.rest.parameters import STRICT, Amount, Anyway, AsMethod, AsPast, Most, Unit

router = APIRouter(
    prefix="/products",
    tags=["products 产品"],
    route_class=QuotedRoute,
    dependencies=STRICT,
    default_response_class=Response,
)

Product = Annotated[
    str,
    Path(
        alias="id",
        max_length=2000,
        description="IRI of the product, its process or its output, percent-encoded; or the key of a local product. "
        "产品、过程或产出的 IRI（百分号编码），或本地产品的键。",
        examples=["https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-coal"],
    ),
]
Words = Annotated[
    str | None,
    Query(max_length=200, description="Words of the name, in Chinese or English. 名称中的词。", examples=["原铝"]),
]
Share = Annotated[
    float | None, Query(gt=0, le=1, description="Share that hot spots make up together. 热点合计占比。", examples=[0.8])
]
Part = Literal["processes", "contributions", "credits", "cutoffs"]


@router.get("", summary="Find products by name. 按名称查找产品。", responses=schemas.answers(schemas.ProductsAnswer))
async def products(
    request: Request,
    past: AsPast,
    q: Words = None,
    lang: Annotated[
        Literal["en", "zh"],
        Query(description="Language in whose order products without q are listed. 无 q 时的排序语言。"),
    ] = "en",
    limit: Annotated[int, Query(ge=1, le=1000, description="Products on a page. 每页数量。")] = 100,
    after: Annotated[
        str | None,
        Query(
            max_length=2000,
            description="IRI of the last product of the page before. 上一页最后一个产品的 IRI。",
            examples=["https://w3id.org/tanmai/demo/ingot-coal"],
        ),
    ] = None,
) -> Response:
    """List products in the order of their names, or by how well these fit the words. The next page is in the Link header.

    A page goes on after a product, so that what is added or removed meanwhile makes none appear twice.
    """
    job = {"kind": "products", "q": q, "lang": lang, "limit": limit, "after": after, **past.job}
    stated = {"q": q, "lang": lang, "limit": limit, "as-of": past.as_of, "release": past.release}
    return Answered(request, job, told=next_link(request, "/products", stated))


@router.get(
    "/{id}",
    summary="A product and what makes it. 产品及其生产过程。",
    responses=schemas.answers(schemas.ProductAnswer),
)
async def product(request: Request, name: Product, past: AsPast) -> Response:
    """Say what a product is called and which processes make it, in which unit."""
    prefix = prefix_of(state_of(request))
    links = {
        verb: f"{prefix}/products/{quote(name, safe='')}/{verb}" for verb in ("footprint", "explain", "contributions")
    }
    link = ", ".join(f'<{address}>; rel="related"; title="{verb}"' for verb, address in links.items())
    method = {"unlinked": "cutoff", "coproducts": "unallocated"}
    job = {"kind": "product", "product": name, "method": method, **past.job}
    return Answered(request, job, told=lambda _: {"link": link})


def _asked(kind: str, name: str, amount: float, unit: str | None, *parts: AsMethod | AsPast) -> dict[str, Any]:
    job: dict[str, Any] = {"kind": kind, "product": name, "amount": amount, "unit": unit}
    for part in parts:
        job |= part.job
    return job


@router.get(
    "/{id}/footprint",
    summary="The footprint of a product. 产品碳足迹。",
    responses=schemas.answers(schemas.FootprintAnswer),
)
async def footprint(
    request: Request,
    name: Product,
    method: AsMethod,
    past: AsPast,
    amount: Amount = 1.0,
    unit: Unit = None,
    detail: Annotated[
        Literal["summary", "full", "total"],
        Query(
            description="summary: the total divided by gas, stage and direct supplier; full: with every process, credit and "
            "cut-off of the chain, as the command prints it; total: the number alone. summary：总量按气体、阶段与直接供应商拆分；"
            "full：列出全链条的各过程、抵扣与截断，与命令行输出相同；total：仅总量。"
        ),
    ] = "summary",
    most: Most = 50,
) -> Response:
    """Compute the footprint of an amount of a product: the total with its error bound, its parts, assumptions, sources.

    The answer is looked up among those of all products. What has to be followed through the supply chain (contributions,
    processes, credits, cut-offs) is counted in it, and listed by `detail=full` or page by page; the Link header says where.
    """
    job = _asked("footprint", name, amount, unit, method, past) | {"detail": detail, "most": most}
    return Answered(request, job, told=_lists(request, name) if detail == "summary" else lambda _: {})


def _lists(request: Request, name: str) -> Headers:
    """Where a summary is continued: the whole answer, and each list. It may be the result of a job, at another address."""
    own = f"{prefix_of(state_of(request))}/products/{quote(name, safe='')}/footprint"
    stated = {key: text for key, text in request.query_params.items() if key not in {"detail", "most"}}
    told = [(f"{own}?{urlencode({**stated, 'detail': 'full'})}", "full")]
    told += [(f"{own}/{part}" + (f"?{urlencode(stated)}" if stated else ""), part) for part in get_args(Part)]
    link = ", ".join(f'<{address}>; rel="related"; title="{title}"' for address, title in told)
    return lambda _: {"link": link}


@router.get(
    "/{id}/footprint/{part}",
    summary="A list behind a footprint, page by page. 碳足迹明细，分页列出。",
    responses=schemas.answers(schemas.FootprintPartAnswer),
)
async def footprint_part(
    request: Request,
    name: Product,
    part: Annotated[Part, Path(description="Which list. 明细种类：过程、贡献、抵扣、舍弃。")],
    method: AsMethod,
    past: AsPast,
    amount: Amount = 1.0,
    unit: Unit = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Lines on a page. 每页行数。")] = 100,
    first: Annotated[
        int, Query(ge=0, le=2**31, description="Lines on the pages before. 之前各页的行数。", examples=[100])
    ] = 0,
) -> Response:
    """List the processes, contributions, credits or cut-offs of a footprint by magnitude, then IRI; cut-offs by IRI.

    Each page states how many lines the whole list has and what they sum to. The next page is in the Link header; a list is that of
    one state of the store, which the entity tag names.
    """
    job = _asked("footprint-part", name, amount, unit, method, past) | {"part": part, "limit": limit, "first": first}
    path = f"/products/{quote(name, safe='')}/footprint/{part}"
    return Answered(request, job, told=next_link(request, path, request.query_params, "first"))


@router.get(
    "/{id}/explain",
    summary="A footprint line by line. 逐项解释碳足迹。",
    responses=schemas.answers(schemas.ExplainAnswer),
)
async def explain(
    request: Request,
    name: Product,
    method: AsMethod,
    past: AsPast,
    amount: Amount = 1.0,
    unit: Unit = None,
    depth: Annotated[int, Query(ge=1, le=100, description="Steps upstream. 上溯层数。")] = 12,
    cutoff: Annotated[
        float, Query(ge=0, le=1, description="Smallest share shown. 最小显示占比。", examples=[0.05])
    ] = 0.01,
) -> Response:
    """Explain a footprint: amount x factor = contribution, down to the source, along the supply chain."""
    job = _asked("explain", name, amount, unit, method, past) | {"depth": depth, "cutoff": cutoff}
    return Answered(request, job)


@router.get(
    "/{id}/contributions",
    summary="A footprint divided across the chain. 全链条贡献分析。",
    responses=schemas.answers(schemas.ContributionsAnswer),
)
async def contributions(
    request: Request,
    name: Product,
    method: AsMethod,
    past: AsPast,
    by: Annotated[
        str,
        Query(
            max_length=100,
            description="hot-spots, supplier, country, region, or a contribution group: electricity, transport. 划分方式：hot-spots、supplier、country、region，或贡献组 electricity、transport。",
            examples=["country"],
        ),
    ] = "hot-spots",
    share: Share = None,
    amount: Amount = 1.0,
    unit: Unit = None,
    most: Most = 50,
) -> Response:
    """Divide a footprint by hot spots, suppliers, places, or what passes through a group such as electricity."""
    job = _asked("contributions", name, amount, unit, method, past) | {"by": by, "share": share, "most": most}
    return Answered(request, job)


@router.get(
    "/{id}/uncertainty",
    summary="How sure a footprint is. 碳足迹的不确定度。",
    responses=schemas.answers(schemas.UncertaintyAnswer),
)
async def uncertainty(
    request: Request,
    name: Product,
    method: AsMethod,
    past: AsPast,
    amount: Amount = 1.0,
    unit: Unit = None,
    against: Annotated[
        str | None,
        Query(
            max_length=2000,
            description="Second product, under the same draws. 同一抽样下的另一产品。",
            examples=["https://w3id.org/tanmai/demo/ingot-grid"],
        ),
    ] = None,
    how: Annotated[
        Literal["both", "first-order", "monte-carlo"],
        Query(description="First-order propagation, simulation, or both. 一阶传播、蒙特卡洛或两者。"),
    ] = "both",
    draws: Annotated[int, Query(ge=2, le=1_000_000, description="Draws of the simulation. 抽样次数。")] = 10_000,
    seed: Annotated[int | None, Query(ge=0, lt=2**63, description="Seed of the random numbers. 随机种子。")] = None,
    drivers: Annotated[
        int, Query(ge=0, le=1000, description="Numbers that cause most, to list. 列出的主要来源数。")
    ] = 10,
    unusable: Annotated[
        Literal["error", "exact"],
        Query(description="Spreads that are stated inconsistently: refuse, or take as exact. 无法使用的离散信息。"),
    ] = "error",
    anyway: Anyway = False,
) -> Response:
    """Say how sure a footprint is and what drives the spread, or how sure the difference of two is."""
    asked = {"against": against, "how": how, "draws": draws, "seed": seed, "drivers": drivers}
    job = _asked("uncertainty", name, amount, unit, method, past) | asked | {"unusable": unusable, "anyway": anyway}
    return Answered(request, job)


everything = APIRouter(tags=["products 产品"], dependencies=STRICT, default_response_class=Response)


@everything.get(
    "/footprints",
    summary="The footprint of every product. 全部产品的碳足迹。",
    responses=schemas.answers(schemas.FootprintsAnswer),
)
async def footprints(request: Request, method: AsMethod, past: AsPast) -> Response:
    """Compute one reference unit of every product at once. On a large store, send Prefer: respond-async."""
    return Answered(request, {"kind": "footprints", **method.job, **past.job})
