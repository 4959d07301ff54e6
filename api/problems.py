"""Errors over HTTP: one table from error class to status, told as problem documents (RFC 9457).

The table names classes instead of importing them, so that the server loads no package for the sake of its errors. A class
that is not in it is told as the nearest class above it that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "https://w3id.org/tanmai/problem/"
"""What the type of a problem begins with."""


class Kind(NamedTuple):
    """One kind of problem: HTTP status, name in its type, title in English and Chinese."""

    status: int
    name: str
    en: str
    zh: str


INTERNAL: Final = Kind(500, "internal", "The server failed", "服务器出错")
_DATA: Final = Kind(422, "data", "The data cannot be used", "数据无法使用")

KINDS: Final[Mapping[str, Kind]] = {
    "api.errors.ApiError": INTERNAL,
    "api.errors.RequestError": Kind(400, "request", "The request is malformed", "请求格式有误"),
    "api.errors.NotFoundError": Kind(404, "not-found", "There is nothing at this address", "此地址没有内容"),
    "api.errors.MethodError": Kind(405, "method", "The method is not taken here", "此地址不支持该方法"),
    "api.errors.NotAcceptableError": Kind(
        406, "not-acceptable", "No accepted format can be written", "无法提供所接受的格式"
    ),
    "api.errors.TooLargeError": Kind(413, "too-large", "The request is too large", "请求过大"),
    "api.errors.MediaTypeError": Kind(415, "media-type", "The media type is not taken here", "不支持该媒体类型"),
    "api.errors.HostError": Kind(421, "host", "The server does not answer to this name", "服务器不以此名称应答"),
    "api.errors.UnauthenticatedError": Kind(401, "unauthenticated", "Say who you are", "需要身份验证"),
    "api.errors.CredentialsError": Kind(401, "credentials", "These credentials are not accepted", "凭证无效"),
    "api.errors.TokenExpiredError": Kind(401, "token-expired", "The access token is over its time", "访问令牌已过期"),
    "api.errors.AccessDeniedError": Kind(403, "access-denied", "This is not for you", "无权访问"),
    "api.errors.TooManyJobsError": Kind(429, "too-many-jobs", "There are too many jobs", "任务过多"),
    "api.errors.JobRunsError": Kind(409, "job-runs", "The job still runs", "任务仍在运行"),
    "api.errors.ChangedError": Kind(412, "changed", "It has changed meanwhile", "数据已变化"),
    "api.errors.WriteRefusedError": Kind(403, "write-refused", "The write is not allowed", "不允许写入"),
    "api.errors.UnpreparedError": Kind(503, "unprepared", "The server is not set up", "服务器尚未就绪"),
    "api.errors.AnswerTooLargeError": Kind(403, "answer-too-large", "The answer is too large for you", "应答超出限额"),
    "api.errors.SlowBodyError": Kind(408, "slow-body", "The body did not come in time", "请求体未及时送达"),
    "api.errors.RateError": Kind(429, "rate", "You ask too often", "请求过于频繁"),
    "api.errors.InsecureError": Kind(403, "insecure", "This goes over HTTPS alone", "仅限 HTTPS 访问"),
    "api.errors.UnsupportedError": Kind(501, "unsupported", "This is not offered here", "本服务器不提供此功能"),
    "api.errors.AccessFileError": Kind(503, "access-file", "Who may ask cannot be found out", "无法确认访问权限"),
    "api.errors.AuditError": Kind(503, "audit", "The audit log cannot be used", "审计日志无法使用"),
    "api.errors.ReaderError": Kind(503, "reader", "The query could not be answered", "查询未能完成"),
    "api.errors.BusyError": Kind(503, "busy", "The server is busy", "服务器繁忙"),
    "api.errors.DeadlineError": Kind(503, "deadline", "The time for an answer is over", "超出时限"),
    "api.errors.ReaderDiedError": Kind(503, "reader-died", "The query took too much", "查询占用资源过多"),
    "graphstore.errors.GraphStoreError": Kind(500, "store", "The store failed", "图谱存储出错"),
    "graphstore.errors.EmbeddedOnlyError": Kind(
        501, "embedded-only", "The endpoint cannot do this", "端点不支持此操作"
    ),
    "graphstore.errors.EndpointError": Kind(502, "endpoint", "The endpoint did not answer", "端点未能应答"),
    "graphstore.errors.StoreLockedError": Kind(503, "store-locked", "Somebody else is writing", "存储正在被写入"),
    "graphstore.errors.LoadError": Kind(400, "load", "The data cannot be taken in", "数据无法载入"),
    "graphstore.errors.DataSyntaxError": Kind(400, "data-syntax", "The data does not parse", "数据无法解析"),
    "graphstore.errors.UnknownFormatError": Kind(415, "media-type", "The format is not known", "未知格式"),
    "graphstore.errors.QueryError": Kind(400, "query", "The query was refused or failed", "查询被拒绝或失败"),
    "graphstore.errors.QuerySyntaxError": Kind(
        400, "query-syntax", "The SPARQL text does not parse", "SPARQL 文本无法解析"
    ),
    "graphstore.errors.UpdateError": Kind(400, "update", "The update was refused", "更新被拒绝"),
    "graphstore.errors.ProtectedGraphError": Kind(403, "protected-graph", "The graph is protected", "该图受保护"),
    "graphstore.errors.AudienceError": Kind(409, "audience", "The audience cannot be so", "共享对象不符合要求"),
    "graphstore.errors.UnknownNameError": Kind(404, "unknown-name", "There is no such name", "名称不存在"),
    "graphstore.errors.ExtractionError": _DATA,
    "graphstore.errors.ScenarioError": _DATA,
    "graphstore.errors.StorageError": Kind(507, "storage", "The disk failed or is full", "磁盘故障或已满"),
    "footprint.errors.FootprintError": Kind(422, "footprint", "The footprint cannot be calculated", "碳足迹无法计算"),
    "mappings.errors.MappingError": _DATA,
    "shapes.errors.ShapesError": _DATA,
    "schemes.errors.SchemeError": _DATA,
    "registry.errors.SubmissionError": Kind(422, "submission", "The file is no submission", "文件不能作为提交"),
    "registry.errors.UnknownSubmissionError": Kind(
        404, "unknown-submission", "There is no such submission", "没有该提交"
    ),
    "registry.errors.RightsError": Kind(403, "access-denied", "This is not for you", "无权访问"),
    "registry.errors.VerificationError": Kind(
        422, "verification", "The verification cannot be recorded", "核查记录无法登记"
    ),
    "registry.errors.RegistryError": Kind(409, "registry", "The study cannot take this step", "该研究不能执行此步骤"),
    "ontology.errors.OntologyError": Kind(500, "ontology", "The vocabulary cannot be read", "词表无法读取"),
}
"""Error class to kind of problem."""


_FILES: Final = ("access-file", "audit")
"""Kinds of problem whose words name files of the server, which are for its log alone."""


def kind_of(error: type[BaseException]) -> Kind:
    """The kind of problem that an error class is told as."""
    names = (f"{each.__module__}.{each.__qualname__}" for each in error.__mro__)
    return next((KINDS[name] for name in names if name in KINDS), INTERNAL)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as it is told.

    Attributes:
        kind: what kind it is.
        detail: the message of the error, in English.
        facts: further members, such as line and column of a syntax error.
        headers: headers of the response.
    """

    kind: Kind
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, lang: str, detail: str, request_id: str) -> dict[str, Any]:
        """The document in one language."""
        return {
            "type": TYPE + self.kind.name,
            "title": self.kind.zh if lang == "zh" else self.kind.en,
            "status": self.kind.status,
            "detail": detail,
            "requestId": request_id,
            **self.facts,
        }


def problem_of(error: BaseException) -> Problem:
    """How an error is told. The words of an error that is none of ours stay in the log."""
    if isinstance(error, ToldError):
        return error.problem
    kind = kind_of(type(error))
    if kind is INTERNAL:
        return Problem(
            kind, "The server failed in a way that nobody foresaw. Its log says more under the id of this request."
        )
    if kind.name in _FILES:
        return Problem(
            kind, "The server cannot use one of its own files. Its log says more under the id of this request."
        )
    places = {name: getattr(error, name, None) for name in ("line", "column")}
    headers = {"Retry-After": "5"} if kind.name in {"busy", "store-locked", "too-many-jobs"} else {}
    if kind.status == 408:
        headers["Connection"] = "close"
    if kind.status == 401:
        refused = "" if kind.name == "unauthenticated" else ', error="invalid_token"'
        headers["WWW-Authenticate"] = f'Bearer realm="tanmai"{refused}'
    if (retry_after := getattr(error, "retry_after", None)) is not None:
        headers["Retry-After"] = str(retry_after)
    if (allowed := getattr(error, "allowed", None)) is not None:
        headers["Allow"] = ", ".join(allowed)
    return Problem(kind, str(error), {key: value for key, value in places.items() if value is not None}, headers)


class ToldError(Exception):
    """A problem that is already worded, such as one that a reader process met.

    Attributes:
        problem: how it is told.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem
