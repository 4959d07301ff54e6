"""Who may take a submission to which state: what the states themselves say in the graph (tm:settingRole)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from graphstore.contract import SparqlStore
from graphstore.queries import load
from registry.errors import RightsError
from registry.states import State
from registry.submissions import Submission

OWN = "submitter"
"""The role that reaches the submissions of its own organisation alone."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts.

    Attributes:
        roles: Short names of the roles.
        organisation: IRI of the organisation it acts for; empty for the owner of the store, who is no organisation.
    """

    roles: Collection[str]
    organisation: str


def require_right(store: SparqlStore, submission: Submission, state: State, acting: Acting) -> None:
    """Refuse a change of state that nobody in these roles makes.

    Raises:
        RightsError: Names the roles that do.
    """
    rows = store.query(load("state-roles")).dicts()
    wanted = {str(row["role"]) for row in rows if row["state"] == state.iri}
    held = wanted.intersection(acting.roles)
    if held - {OWN} or (held and acting.organisation in {"", submission.by}):
        return
    listed = ", ".join(sorted(wanted)) or "nobody by hand"
    raise RightsError(
        f"Submission {submission.id} is taken to {state} by: {listed}. Nothing was changed. A submitter reaches the submissions of its "
        "own organisation alone."
    )
