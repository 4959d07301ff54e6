"""The start of a new product category rule: a commented Turtle file with one requirement for each part of a rule.

The parts are those that GB/T 24067-2024 wants of product rules: product, unit, boundary, processes, data, allocation,
cut-off and report. The text is `templates/rule.ttl.txt`; nothing in it is specific to a product.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from string import Template
from typing import Final

from shapes.errors import TemplateError

_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|^`\\]+")
_PREFIX: Final = re.compile(r"[A-Z][A-Z0-9-]{0,15}")
_SINGLE = """rule:single-cut-off a tm:ReferenceValue ;
    rdfs:label "largest share of one source that may be left out"@en, "单项可舍弃来源的最大占比"@zh ;
    tm:amount {share} ;
    tm:inclusive false ;
    tm:unitText "share of the whole footprint" ;
    dcterms:source rule:rule .

"""
_TOTAL = """rule:total-cut-off a tm:ReferenceValue ;
    rdfs:label "largest share of all left-out sources together"@en, "全部舍弃来源的最大合计占比"@zh ;
    tm:amount {share} ;
    tm:inclusive true ;
    tm:unitText "share of the whole footprint" ;
    dcterms:source rule:rule .

"""


@dataclass(frozen=True, slots=True)
class NewRule:
    """What the author of a new rule knows at the start.

    Attributes:
        base: IRI under which the nodes of the rule are named; ends in "/" or "#".
        prefix: capital letters that begin the numbers of its requirements, such as "FOIL".
        name_en: name of the rule in English.
        name_zh: name of the rule in Chinese.
        group: IRI of the product group that the rule is for.
        amount: amount of the declared unit.
        unit: IRI of the unit of the declared unit.
        boundary: IRI of the system boundary.
        source: who writes the rule and when, in words.
        kinds: IRIs of the kinds of process that must be in an inventory.
        single: largest share of one source that may be left out (0 to 1, exclusive); None leaves it to the general rule.
        total: largest share of all that is left out (0 to 1, inclusive); None leaves it to the general rule.
    """

    base: str
    prefix: str
    name_en: str
    name_zh: str
    group: str
    amount: Decimal
    unit: str
    boundary: str
    source: str
    kinds: tuple[str, ...] = ()
    single: Decimal | None = None
    total: Decimal | None = None


def rule_file(rule: NewRule) -> str:
    """Return the Turtle text of a new rule.

    Raises:
        TemplateError: a value cannot stand in the file; the message says which and what is wanted.
    """
    _check(rule)
    text = files("shapes").joinpath("templates", "rule.ttl.txt").read_text(encoding="utf-8")
    return Template(text).substitute(
        base=rule.base,
        prefix=rule.prefix,
        name_en=_quoted(rule.name_en),
        name_zh=_quoted(rule.name_zh),
        group=rule.group,
        amount=f"{rule.amount:f}",
        unit=rule.unit,
        boundary=rule.boundary,
        source=_quoted(rule.source),
        limits=_limits(rule),
        limit_nodes=_limit_nodes(rule),
        kinds="".join(f"    tm:requiresProcessKind <{kind}> ;\n" for kind in rule.kinds),
    )


def _limits(rule: NewRule) -> str:
    single = "    tm:singleCutOffLimit rule:single-cut-off ;\n" if rule.single is not None else ""
    total = "    tm:totalCutOffLimit rule:total-cut-off ;\n" if rule.total is not None else ""
    return single + total


def _limit_nodes(rule: NewRule) -> str:
    single = _SINGLE.format(share=f"{rule.single:f}") if rule.single is not None else ""
    total = _TOTAL.format(share=f"{rule.total:f}") if rule.total is not None else ""
    return single + total


def _quoted(text: str) -> str:
    """Write a text as it stands between quotes in Turtle, on one line; a comment line takes it too."""
    plain = " ".join(text.split())
    return plain.replace("\\", "\\\\").replace('"', '\\"')


def _check(rule: NewRule) -> None:
    """Refuse what would make a file that does not parse or a rule that means nothing."""
    _check_iris(rule)
    if not _PREFIX.fullmatch(rule.prefix):
        raise TemplateError(
            f"{rule.prefix!r} cannot begin the numbers of requirements. Use capital letters, digits and hyphens, such as FOIL."
        )
    if not (rule.name_en.strip() and rule.name_zh.strip() and rule.source.strip()):
        raise TemplateError("a rule has a name in English, a name in Chinese, and an author. Give all three.")
    if not rule.amount.is_finite() or rule.amount <= 0:
        raise TemplateError(f"the amount of the declared unit, {rule.amount}, must be a number above 0.")
    for name, share in (("single", rule.single), ("total", rule.total)):
        if share is not None and not (share.is_finite() and 0 <= share <= 1):
            raise TemplateError(f"the {name} cut-off limit, {share}, must be a share from 0 to 1; 1 % is 0.01.")


def _check_iris(rule: NewRule) -> None:
    named = [("group", rule.group), ("unit", rule.unit), ("boundary", rule.boundary), ("base", rule.base)]
    for name, iri in named + [("process kind", kind) for kind in rule.kinds]:
        if not _IRI.fullmatch(iri):
            raise TemplateError(
                f"the {name} of the new rule, {iri!r}, is no absolute IRI. Give one such as https://example.org/rules/foil/."
            )
    if rule.base[-1] not in "/#":
        raise TemplateError(
            f"the base of the new rule, {rule.base!r}, must end in / or #, so that names can be put behind it."
        )
