"""Jobs about knowledge: emission factors, standards, and the questions that ship with Tanmai."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.readers.frames import Output
from api.readers.jobs import write_answer
from api.rest.product_work import tell
from graphstore import questions
from graphstore.answers.listing import FACTORS, STANDARDS, listed
from graphstore.contract import SparqlStore

Job = Mapping[str, Any]

_LISTS: Final = {"factors": FACTORS, "standards": STANDARDS}


def listing(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """A page of factors or standards."""
    what = str(job["list"])
    page = listed(store, _LISTS[what], job["filters"], job["q"], limit=int(job["limit"]), after=job["after"])
    tell(out, job, {what: page.rows}, next=page.rows[-1]["iri"] if page.more else None)


def question(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """The answer to one of the questions, in the format that is liked best."""
    text = questions.load(str(job["name"])).query(job["values"])
    write_answer(store, store.query(text), str(job["accept"]), out, str(job["generation"]))
