"""What the selection of rules has to tell, as results of requirement GEN-24: the right rule, named, and judged by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from shapes.findings import Namer
from shapes.report import WARNING, Path, Result
from shapes.selection import Selection
from shapes.terms import CONFORMS_TO, SHAPES

SHAPE = ox.NamedNode(SHAPES + "GEN-24")
"""The shape of the requirement: the applied rule is named and is the current one."""

COMPONENT = ox.NamedNode(SHAPES + "CurrentRuleConstraintComponent")
"""What decides: the graph of standards and the day of the assessment, not a query of the shape."""

_PATH = Path(CONFORMS_TO, (), str(CONFORMS_TO))

_WORDS = {
    "successor": (
        "{old} is superseded by {new}. Work to the new standard and name it in dcterms:conformsTo. {judged}",
        "{old} 已被 {new} 代替。请按新标准修订研究，并在 dcterms:conformsTo 中注明。{judged}",
    ),
    "national": (
        "The group standard {old} gives way to the national standard {new}. Work to it and name it in dcterms:conformsTo. {judged}",
        "团体标准 {old} 让位于国家标准 {new}。请按国家标准修订研究，并在 dcterms:conformsTo 中注明。{judged}",
    ),
    "without": (
        "The study claims {old}. {judged} Add its shapes as a Turtle file (`tanmai pcr new` starts one).",
        "研究声明采用 {old}。{judged}请补充其形状文件（可用 `tanmai pcr new` 生成）。",
    ),
    "available": (
        (
            "The study claims no rule for its product, though {new} is in force for it. Work to that rule and name it in "
            "dcterms:conformsTo; --pcr tries it."
        ),
        "研究未声明产品种类规则，而现行的 {new} 适用于该产品。请按该规则编制，并在 dcterms:conformsTo 中注明；可先用 --pcr 试校验。",
    ),
}
_JUDGED = ("The study was judged by {new}.", "本次已按 {new} 校验。")
_NOT_JUDGED = (
    "There are no shapes for {new}, so the study was not judged by it.",
    "{new} 没有校验形状，本次未按其校验。",
)


def remarks(selections: Iterable[Selection], namer: Namer) -> Iterator[Result]:
    """Yield a warning for each claimed rule that gave way, or has no shapes, and for each rule that could be claimed."""
    for selection in selections:
        focus = selection.study.node
        for applied in selection.applied:
            if applied.instead_of is not None:
                yield _result(focus, applied.how, namer, applied.instead_of, applied.rule, judged=bool(applied.files))
            elif applied.rule in selection.without_shapes:
                yield _result(focus, "without", namer, applied.rule, applied.rule, judged=False)
        for rule in selection.available:
            yield _result(focus, "available", namer, rule, rule, judged=False)


def _result(
    focus: ox.NamedNode | ox.BlankNode,
    kind: str,
    namer: Namer,
    old: ox.NamedNode,
    new: ox.NamedNode,
    *,
    judged: bool,
) -> Result:
    texts = []
    for i, lang in enumerate(("en", "zh")):
        names = {"old": namer.number(old, lang), "new": namer.number(new, lang)}
        said = (_JUDGED if judged else _NOT_JUDGED)[i].format(**names)
        texts.append(ox.Literal(_WORDS[kind][i].format(judged=said, **names).strip(), language=lang))
    return Result(focus, _PATH, old, WARNING, COMPONENT, SHAPE, None, tuple(texts))
