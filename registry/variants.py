"""The further results of a study, declared under other method settings, computed anew and compared like the main one.

What a variant does not choose is as in the study. GWP set, allocation method and recycling model can be computed; a variant
that chooses anything else otherwise, such as another electricity method, is refused: it would need another inventory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from graphstore.store import GraphStore
from graphstore.terms import PREFIXES
from registry.names import ID
from registry.recomputation import NotRecomputableError, Recomputation, Tolerance, recompute
from registry.study import Study, Variant

_TM: Final = PREFIXES["tm"]
_ALLOCATION: Final = f"{_TM}allocationMethod"
_FACTS: Final = {f"{_TM}gwpSet": "gwp-set", _ALLOCATION: "allocation", f"{_TM}recyclingModel": "recycling"}
"""The choices that a calculation can make otherwise, and the facts of a study that hold them."""


def recomputed(store: GraphStore, study: Study, tolerance: Tolerance) -> Iterator[Recomputation]:
    """Compute the main result of a study anew, then each variant of it.

    Args:
        store: The data of the store with the study among them.
        study: What its file states.
        tolerance: Largest difference that passes.

    Raises:
        NotRecomputableError: says what stands in the way, when it is reached.
    """
    yield recompute(store, study, tolerance)
    for variant in study.variants:
        yield recompute(store, _chosen(study, variant), tolerance, _allocation(study, variant))


def _chosen(study: Study, variant: Variant) -> Study:
    """The study as it would be if the variant were its main result.

    Raises:
        NotRecomputableError: it varies another result, nothing, or what cannot be computed.
    """
    if not set(variant.of) <= study.declared.keys():
        raise NotRecomputableError(
            f"<{variant.iri}> is a variant (tm:variantOf) of {', '.join(f'<{of}>' for of in variant.of)}, which is not the main result "
            f"of <{study.iri}>. Join it to the main result."
        )
    differing = {key for key, values in variant.settings.items() if values != study.settings.get(key)}
    if differing - _FACTS.keys():
        listed = ", ".join(f"<{key}>" for key in sorted(differing - _FACTS.keys()))
        raise NotRecomputableError(
            f"<{variant.iri}> is a variant that chooses {listed} otherwise than <{study.iri}>. Only the GWP set, the allocation method and "
            "the recycling model of a variant can be computed from the same inventory. Hand it in as a study of its own, or leave it out."
        )
    other_gwp = bool(variant.gwp_sets) and variant.gwp_sets != study.settings.get(f"{_TM}gwpSet")
    if not differing and not other_gwp:
        raise NotRecomputableError(
            f"<{variant.iri}> is a variant of the main result and chooses no method setting otherwise than <{study.iri}>, so nothing says "
            "what it varies. State its tm:settings, or leave it out."
        )
    facts = dict(study.facts)
    facts.pop("declared-gwp-set", None)
    if variant.gwp_sets:
        facts["declared-gwp-set"] = variant.gwp_sets
    facts |= {_FACTS[key]: values for key, values in variant.settings.items() if key in _FACTS}
    if other_gwp and f"{_TM}gwpSet" not in variant.settings:
        facts["gwp-set"] = variant.gwp_sets
    return replace(study, facts=facts, declared={variant.iri: variant.stated})


def _allocation(study: Study, variant: Variant) -> str:
    """Short name of the allocation method that a variant has in place of what the study states; empty where it has no other."""
    chosen = variant.settings.get(_ALLOCATION, ())
    if len(chosen) != 1 or chosen == study.settings.get(_ALLOCATION):
        return ""
    return chosen[0].removeprefix(f"{ID}allocation/")
