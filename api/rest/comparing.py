"""``/compare`` and ``/whatif``: results side by side, and results with some numbers changed."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.requests import body_of
from api.rest import schemas
from api.rest.answering import Answered, state_of
from api.rest.parameters import STRICT, Amount, Anyway, AsMethod, AsPast, Day, Past, Unit

router = APIRouter(tags=["analyses 分析"], dependencies=STRICT, default_response_class=Response)

_Setting = Annotated[str | None, Query(max_length=2000)]
_B: Final = "Setting of b where it differs. B 的不同设置。"
_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
_WHATIF: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["product"],
                    "additionalProperties": False,
                    "properties": {
                        "product": {"type": "string", "description": "IRI, or key of a local product. 产品。"},
                        "amount": {"type": "number", "exclusiveMinimum": 0, "default": 1},
                        "unit": {"type": ["string", "null"]},
                        "set": {**_TEXTS, "description": "EXCHANGE=VALUE[unit], EXCHANGE=+10%, FACTOR=VALUE. 改数量。"},
                        "swap": {**_TEXTS, "description": "OLD=NEW: another process or factor. 替换供给方或因子。"},
                        "share": {**_TEXTS, "description": "FLOW vs OTHER in PROCESS=30%. 两项输入之间的份额。"},
                        "moved": {"type": "integer", "minimum": 0, "maximum": 10000, "default": 10},
                        "products": {"type": "integer", "minimum": 0, "maximum": 10000, "default": 0},
                        **{
                            name: {"type": "string"}
                            for name in ("gwp", "unlinked", "coproducts", "recycling", "scenario", "as-of", "release")
                        },
                        "strict": {"type": "boolean", "default": False},
                        "sector-average": {"type": "boolean", "default": False},
                    },
                },
                "example": {
                    "product": "https://w3id.org/tanmai/demo/ingot-coal",
                    "amount": 1,
                    "unit": "t",
                    "set": ["anode in electrolysis = -10%"],
                },
            }
        },
    }
}


@router.get(
    "/compare",
    summary="Two results, term by term. 逐项比较两个结果。",
    responses=schemas.answers(schemas.ComparisonAnswer),
)
async def compare(
    request: Request,
    method: AsMethod,
    past: AsPast,
    a: Annotated[
        str,
        Query(
            max_length=2000,
            description="First product: IRI or key. 产品 A。",
            examples=["https://w3id.org/tanmai/demo/ingot-hydro"],
        ),
    ],
    b: Annotated[
        str | None,
        Query(
            max_length=2000,
            description="Second product; the same when left out. 产品 B；缺省为同一产品。",
            examples=["https://w3id.org/tanmai/demo/ingot-grid"],
        ),
    ] = None,
    amount: Amount = 1.0,
    unit: Unit = None,
    against_gwp: Annotated[_Setting, Query(alias="against-gwp", description=_B, examples=["AR5"])] = None,
    against_coproducts: Annotated[
        _Setting, Query(alias="against-coproducts", description=_B, examples=["mass"])
    ] = None,
    against_recycling: Annotated[
        _Setting, Query(alias="against-recycling", description=_B, examples=["cut-off"])
    ] = None,
    against_scenario: Annotated[
        _Setting, Query(alias="against-scenario", description=_B, examples=["hydropower"])
    ] = None,
    against_as_of: Annotated[Day, Query(alias="against-as-of", description=_B, examples=["2025-09-28"])] = None,
    against_release: Annotated[
        _Setting, Query(alias="against-release", description=_B, examples=["2025-annual"])
    ] = None,
    anyway: Anyway = False,
    most: Annotated[int, Query(ge=1, le=10_000, description="Terms to list. 列出项数。")] = 20,
) -> Response:
    """Compare b with a: two products, or one in two states or by two methods. Where the rule does not allow it, the verdict says why."""
    changed = {
        "gwp": against_gwp,
        "coproducts": against_coproducts,
        "recycling": against_recycling,
        "scenario": against_scenario,
    }
    chosen = {name: value for name, value in changed.items() if value is not None}
    there = Past(against_as_of, against_release)
    against = {"method": chosen, "at": there.at if there != Past() else None}
    job = {"kind": "compare", "a": a, "b": b, "amount": amount, "unit": unit, "anyway": anyway, "most": most}
    return Answered(request, {**job, **method.job, "at": past.at, "against": against})


@router.post(
    "/whatif",
    summary="A footprint with a few numbers changed. 假设分析。",
    responses=schemas.done(schemas.WhatIfAnswer, 413),
    openapi_extra=_WHATIF,
)
async def whatif(request: Request) -> Response:
    """Ask what a footprint would be with a few numbers changed, as ``tanmai whatif`` takes them; the data stay as they are."""
    body = await body_of(request, state_of(request).settings.query_bytes)
    return Answered(request, {"kind": "whatif"}, payload=body)
