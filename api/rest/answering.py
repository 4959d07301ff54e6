"""From a route to a reader: the job, who may have the answer, and whether the client has it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from api.access.allowance import current as allowance_of_request
from api.access.principals import principal_of
from api.conditional import Read
from api.negotiation import Offer, choose
from api.pages.asking import here, page_facts
from api.pages.forms import HTML
from api.pages.rendering import HEADERS
from api.requests import language_of, root_of
from api.rest.books import Owner
from api.rest.longjobs import Result, Run, told
from api.state import State
from api.tags import tag_of

JSON: Final = (Offer("json", "application/json"),)
"""What most answers are written in."""

Headers = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""From what a child says of its answer to further headers."""


def state_of(request: Request) -> State:
    """The running parts of the application that a request came to."""
    found: State = request.app.state.tanmai
    return found


class Answered(Response):
    """The answer of a reader. It is asked when the response is sent, so that a long one is never held whole.

    Its entity tag is made from the generation, the audience and the job. A client that has it is told so without asking a
    reader.

    Attributes:
        job: What the reader is to do.
        payload: What the client sent, for the reader to parse.
        told: Further headers, from what the reader says.
    """

    def __init__(
        self,
        request: Request,
        job: Mapping[str, Any],
        *,
        payload: bytes = b"",
        offers: Sequence[Offer] = JSON,
        told: Headers = lambda _: {},
    ) -> None:
        """Choose the format of the answer.

        Raises:
            NotAcceptableError: the client takes none of those offered.
        """
        super().__init__()
        self.request, self.payload, self.told = request, payload, told
        offer = choose(request.headers.get("accept", "*/*"), offers)
        self.job = {**job, **form_of(request, offer)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask a reader and send what it says."""
        state = state_of(self.request)
        headers = headers_of(self.job) | ({} if state.lasting else {"cache-control": "no-store"})
        if wants_job(self.request):
            await begun(self.request, self._as_job)(scope, receive, send)
            return
        tag = self._tag if scope["method"] in {"GET", "HEAD"} and state.lasting else None
        await Read(state, self.job, headers, tag, self._release, self.told, self.payload).answer(self.request, send)

    async def _as_job(self, name: str) -> Result:
        state, audience = state_of(self.request), principal_of(self.request).audience
        epoch = (
            None if audience is None else state.jobs.epoch(audience)
        )  # before the generation, which may be withdrawn then
        asked = {"generation": state.newest(audience, self._release), "audience": audience, **self.job}
        if (allowance := allowance_of_request()) is not None:
            allowance.check(audience)
            asked["most_megabytes"] = allowance.limits.memory_megabytes
        answer, body = await state.jobs.read(name, asked, self.payload)
        headers = {**headers_of(self.job), **self.told(answer.head)}
        return Result(200, headers, str(answer.head["content_type"]), body, epoch)

    def _tag(self, generation: str) -> str:
        return tag_of(generation, principal_of(self.request).audience, sorted(self.job.items(), key=str))

    @property
    def _release(self) -> str | None:
        release: str | None = self.job.get("release")
        return release


def form_of(request: Request, offer: Offer) -> dict[str, Any]:
    """What a job says of the form of its answer: the format, and of a page its language and where it stands."""
    form = {"format": offer.name, "content_type": offer.content_type}
    return form | (page_facts(request, state_of(request)) if offer is HTML else {})


def headers_of(job: Mapping[str, Any]) -> dict[str, str]:
    """The headers of an answer; a page has those that keep scripts out."""
    headers = {"vary": "Accept", "cache-control": "no-cache"}
    if job["format"] != HTML.name:
        return headers
    language = "zh-Hans" if job["lang"] == "zh" else "en"
    return {**headers, **HEADERS, "vary": "Accept, Accept-Language", "content-language": language}


def wants_job(request: Request) -> bool:
    """Whether the client prefers to be told at once where the answer will be (RFC 7240).

    Anonymous is answered at once all the same, within the time of a query: long jobs have one queue, and strangers must not fill it.
    """
    if allowance_of_request() is not None and not principal_of(request).name:
        return False
    preferred = request.headers.get("prefer", "").lower().split(",")
    return "respond-async" in {each.partition(";")[0].strip() for each in preferred}


def owner_of(request: Request) -> Owner:
    """To whom a long job belongs: a client who reads another part of the store than before has no right to its result.

    Of anonymous it belongs to those at one address.
    """
    asking, allowance = principal_of(request), allowance_of_request()
    return (asking.name if allowance is None else allowance.who), asking.audience, asking.organisation


def begun(request: Request, run: Run) -> Response:
    """Begin a long job and say where it is.

    Raises:
        TooManyJobsError: The principal has as many as it may.
        BusyError: there is no room for further results.
    """
    jobs = state_of(request).jobs
    query = f"?{request.url.query}" if request.url.query else ""
    owner = owner_of(request)
    job = jobs.begin(owner, owner[0], f"{request.method} {here(request)}{query}", run)
    standing = told(job, jobs.settings, language_of(request))
    headers = {
        "location": standing["links"]["self"],
        "preference-applied": "respond-async",
        "cache-control": "no-store",
    }
    return JSONResponse(standing, 202, headers)


def next_link(request: Request, path: str, stated: Mapping[str, Any], key: str = "after") -> Headers:
    """How a page links to the next one, which begins where the parameter ``key`` says."""

    def told(head: Mapping[str, Any]) -> dict[str, str]:
        if head["next"] is None:
            return {}
        asked = {key: value for key, value in {**stated, key: head["next"]}.items() if value is not None}
        return {"link": f'<{root_of(request, state_of(request).settings)}{path}?{urlencode(asked)}>; rel="next"'}

    return told
