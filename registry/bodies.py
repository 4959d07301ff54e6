"""The register of certification bodies: who may verify what (LAB-01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.contract import SparqlStore
from graphstore.queries import load
from graphstore.terms import iri
from registry.errors import RegistryError, VerificationError


@dataclass(frozen=True, slots=True)
class Body:
    """One body of the register.

    Attributes:
        iri: Its node.
        number: Its approval number.
        groups: Product groups it is approved for, narrower ones included.
        names: What it is called, by language.
    """

    iri: str
    number: str
    groups: frozenset[str]
    names: Mapping[str, str]

    def __str__(self) -> str:
        """Approval number and names, for messages."""
        return f"{self.number} ({' / '.join(self.names.values())})"


def bodies(store: SparqlStore) -> list[Body]:
    """All bodies of the register that the graph holds, by IRI.

    Raises:
        RegistryError: it holds none.
    """
    groups: dict[str, set[str]] = {}
    numbers: dict[str, str] = {}
    for row in store.query(load("certification-bodies")).dicts():
        groups.setdefault(str(row["body"]), set()).add(str(row["group"]))
        numbers[str(row["body"])] = str(row["number"])
    if not groups:
        raise RegistryError("The store holds no register of certification bodies. Run `tanmai init`.")
    names = Names(Calculation(store))
    names.learn(groups)
    return [Body(node, numbers[node], frozenset(found), names[node].labels) for node, found in groups.items()]


def find_body(store: SparqlStore, text: str) -> Body:
    """The body of this IRI, approval number, or unique part of a name.

    Raises:
        VerificationError: it is not in the register, or the name fits several.
    """
    known, wanted = bodies(store), text.strip().strip("<>").lower()
    exact = [body for body in known if wanted in {body.iri.lower(), body.number.lower()}]
    found = exact or [b for b in known if wanted and any(wanted in name.lower() for name in b.names.values())]
    if len(found) == 1:
        return found[0]
    if found:
        raise VerificationError(
            f"{text!r} fits {len(found)} bodies: {_listed(found)}. Give the approval number of one."
        )
    raise VerificationError(
        f"{text!r} is none of the {len(known)} bodies of the register, so its verification cannot be recorded. Give the approval "
        "number or the name of one; the register is tm:CertificationBody in the graph."
    )


def groups_of(store: SparqlStore, study: str) -> list[str]:
    """The product groups of the product of a study.

    Raises:
        VerificationError: it states none, so no scope can fit.
    """
    found = [str(row["group"]) for row in store.query(load("study-product-groups"), {"study": iri(study)}).dicts()]
    if not found:
        raise VerificationError(
            f"The product of <{study}> states no product group (tm:productGroup), so no body's scope can be compared with it. "
            "Submit a corrected study."
        )
    return found


def require_scope(store: SparqlStore, body: Body, study: str) -> list[str]:
    """The product groups of a study that a body is approved for.

    Raises:
        VerificationError: it is approved for none of them; names the bodies that are.
    """
    groups = groups_of(store, study)
    fitting = [group for group in groups if group in body.groups]
    if fitting:
        return fitting
    names = Names(Calculation(store))
    names.learn(groups)
    called = ", ".join(f"{group.rpartition('/')[2]} ({names[group].in_language('zh')})" for group in groups)
    others = [other for other in bodies(store) if other.groups & set(groups)]
    allowed = _listed(others) if others else "none of the register"
    raise VerificationError(
        f"{body} is not approved for {called}, the product of <{study}> (LAB-01). Nothing was recorded. Approved are: {allowed}."
    )


def _listed(found: Iterable[Body]) -> str:
    return "; ".join(str(body) for body in found)
