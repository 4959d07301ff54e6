"""What the server itself refuses or cannot do, as one tree.

::

    ApiError
    ├── SettingsError            a setting cannot be used; the server does not start
    ├── AccessFileError          the file of clients, of limits or of a key cannot be used (503)
    ├── ClientError              there is no such client or key, or there is one already
    ├── AuditError               the audit log cannot be read or written (503)
    ├── RequestError             the request is malformed (400)
    │   ├── NotFoundError        nothing is at this address (404)
    │   ├── MethodError          the address does not take this method (405)
    │   ├── NotAcceptableError   none of the accepted formats can be written (406)
    │   ├── TooLargeError        the body is larger than taken (413)
    │   ├── MediaTypeError       the body has a type that is not taken here (415)
    │   ├── HostError            asked under a name that is not the server's own (421)
    │   ├── UnauthenticatedError nobody known asks, and this is not for everybody (401)
    │   │   └── CredentialsError what is sent with the request proves nobody (401)
    │   │       └── TokenExpiredError  the time of the access token is over (401)
    │   ├── AccessDeniedError    the principal may not do this (403)
    │   ├── TooManyJobsError     the client has as many long jobs as it may (429)
    │   ├── JobRunsError         the result of a long job is asked for before there is one (409)
    │   ├── AnswerTooLargeError  the answer is larger than the principal may have (403)
    │   ├── SlowBodyError        the body did not come in time (408)
    │   ├── RateError            the principal asks too often, or for too much at once (429)
    │   ├── WriteRefusedError    writes are off, or the page that asks is another site's (403)
    │   ├── InsecureError        asked over plain HTTP for what goes over HTTPS alone (403)
    │   └── UnsupportedError     a part of the protocol that this server does not offer (501)
    ├── BackupError              what the server keeps beside the graph cannot be copied
    ├── WatchError               a target of changes cannot be used, or did not take what it was told
    ├── PartnerError             a partner, or what is kept of it, cannot be used
    │   ├── PartnerAddressError  its address may not be called
    │   ├── PartnerUnreachableError  it gives no answer
    │   └── PartnerAnswerError   its answer is a refusal, or cannot be used
    ├── UnpreparedError          the store lacks what answers need (503)
    └── ReaderError              the process that answered was ended (503)
        ├── BusyError            no reader became free in time
        ├── DeadlineError        the answer took longer than allowed
        └── ReaderDiedError      the reader ran out of memory or crashed

How they and the errors of the other packages are told over HTTP: :mod:`api.problems`.
"""

from __future__ import annotations


class ApiError(Exception):
    """Root of all errors of this package."""


class SettingsError(ApiError):
    """A setting cannot be used."""


class AccessFileError(ApiError):
    """A file that says who may do what cannot be used. Nobody is let in until it can."""


class ClientError(ApiError):
    """There is no such client or key, or there is one already."""


class AuditError(ApiError):
    """The audit log cannot be read or written."""


class RequestError(ApiError):
    """The request is malformed."""


class NotFoundError(RequestError):
    """Nothing is at this address."""


class MethodError(RequestError):
    """The address does not take this method.

    Attributes:
        allowed: the methods that it takes.
    """

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{method} is not taken here. Use {', '.join(allowed)}.")
        self.allowed = allowed


class NotAcceptableError(RequestError):
    """None of the accepted formats can be written."""


class SlowBodyError(RequestError):
    """The body did not come in time."""


class TooLargeError(RequestError):
    """The body is larger than the server takes."""


class MediaTypeError(RequestError):
    """The body has a media type that is not taken here."""


class HostError(RequestError):
    """The request names a host that this server does not answer for."""


class UnauthenticatedError(RequestError):
    """Nobody known asks for what is not for everybody."""


class CredentialsError(UnauthenticatedError):
    """What is sent with the request proves nobody."""


class TokenExpiredError(CredentialsError):
    """The time of the access token is over."""


class AccessDeniedError(RequestError):
    """The principal may not do this."""


class TooManyJobsError(RequestError):
    """The client has as many long jobs as it may have."""


class JobRunsError(RequestError):
    """The result of a long job is asked for before there is one.

    Attributes:
        retry_after: seconds until it is worth asking again.
    """

    retry_after = 1


class ChangedError(RequestError):
    """A write depends on a state that is no longer, or never was."""


class AnswerTooLargeError(RequestError):
    """The answer is larger than the principal may have."""


class RateError(RequestError):
    """The principal asks too often, or for too much at once.

    Attributes:
        retry_after: seconds until it may ask again.
    """

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class WriteRefusedError(RequestError):
    """The server does not take this write."""


class InsecureError(RequestError):
    """The request came over plain HTTP, and what it asks for goes over HTTPS alone."""


class UnsupportedError(RequestError):
    """The request asks for a part of the protocol that this server does not offer."""


class BackupError(ApiError):
    """What the server keeps beside the graph cannot be copied."""


class WatchError(ApiError):
    """A target of changes cannot be used, or did not take what it was told."""


class PartnerError(ApiError):
    """A partner, or what is kept of it, cannot be used."""


class PartnerAddressError(PartnerError):
    """The address of a partner may not be called."""


class PartnerUnreachableError(PartnerError):
    """A partner gives no answer."""


class PartnerAnswerError(PartnerError):
    """The answer of a partner is a refusal, or cannot be used.

    Attributes:
        status: the HTTP status of a refusal; 0 where it is something else.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class UnpreparedError(ApiError):
    """The store lacks what answers need; an administrator has to bring it in."""


class ReaderError(ApiError):
    """The process that was to answer was ended or never free."""


class BusyError(ReaderError):
    """No process became free in time."""


class DeadlineError(ReaderError):
    """The answer took longer than allowed, and the process was ended."""


class ReaderDiedError(ReaderError):
    """The process ended by itself: out of memory, or a crash of the engine."""
