"""Parts of the server that need no server: settings, negotiation, the table of problems, the guard of texts."""

import importlib

import pytest

from api import negotiation, problems
from api.errors import MediaTypeError, NotAcceptableError, SettingsError
from api.settings import Settings
from api.tags import matches, tag_of
from graphstore.errors import QueryError
from graphstore.sparql import count_patterns, guard, significant

NOTHING = {"TANMAI_API_STORE": "/data"}


def test_arguments_come_before_the_environment_before_defaults():
    environ = {
        **NOTHING,
        "TANMAI_API_PORT": "9000",
        "TANMAI_API_READERS": "5",
        "TANMAI_API_HOSTS": "a.example, b.example",
    }
    found = Settings.from_environment(environ, port=1234, host=None)
    assert (found.port, found.readers, found.hosts, found.host) == (1234, 5, ("a.example", "b.example"), "127.0.0.1")


def test_settings_survive_the_way_through_the_environment():
    one = Settings.from_environment(
        NOTHING, allow_writes=True, query_seconds=2.5, cors_origins=("https://a.example", "*")
    )
    assert Settings.from_environment(one.to_environment()) == one


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "TANMAI_API_STORE"),
        ({**NOTHING, "TANMAI_API_PORT": "http"}, "TANMAI_API_PORT"),
        ({**NOTHING, "TANMAI_API_ALLOW_WRITES": "maybe"}, "TANMAI_API_ALLOW_WRITES"),
        ({**NOTHING, "TANMAI_API_PORT": "70000"}, "65535"),
        ({**NOTHING, "TANMAI_API_QUERY_SECONDS": "nan"}, "query_seconds"),
        ({**NOTHING, "TANMAI_API_HOST": "0.0.0.0"}, "--no-authentication"),
    ],
)
def test_settings_that_cannot_be_used_are_named(environ, says):
    with pytest.raises(SettingsError, match=says):
        Settings.from_environment(environ)


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:8000", True),
        ("data.example:443", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example:8000", False),
        ("", False),
    ],
)
def test_a_server_on_loopback_answers_to_its_own_names(host, ours):
    settings = Settings.from_environment(NOTHING, public_url="https://data.example/tanmai")
    assert settings.answers_to(host) is ours


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("", "json"),
        ("text/*", "csv"),
        ("*/*;q=0.1, application/xml", "xml"),
        ("application/sparql-results+json;q=0, */*", "xml"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.6, */*;q=0.1", "tsv"),
        ("text/csv;q=x", "csv"),
    ],
)
def test_the_format_liked_best(accept, name):
    assert negotiation.choose(accept, negotiation.TABLES).name == name


@pytest.mark.parametrize("accept", ["text/turtle", "*/*;q=0", "nonsense"])
def test_no_format(accept):
    with pytest.raises(NotAcceptableError, match="application/sparql-results\\+json"):
        negotiation.choose(accept, negotiation.TABLES)


def test_a_graph_comes_as_a_graph_format_in_utf_8():
    assert negotiation.by_media_type('text/turtle; charset="UTF-8"').name == "turtle"
    for refused in ("text/plain", "", "text/turtle;charset=gbk"):
        with pytest.raises(MediaTypeError):
            negotiation.by_media_type(refused)


def test_every_problem_names_a_class_that_exists():
    for name in problems.KINDS:
        module, _, attribute = name.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), attribute), Exception)


@pytest.mark.parametrize(
    ("error", "status"),
    [(QueryError("x"), 400), (NotAcceptableError("x"), 406), (ValueError("secret"), 500), (KeyError("secret"), 500)],
)
def test_an_error_is_told_as_the_nearest_class_in_the_table(error, status):
    told = problems.problem_of(error)
    assert told.kind.status == status
    assert "secret" not in told.detail


def test_tags_differ_with_generation_and_question():
    assert len({tag_of("1-a", "q"), tag_of("2-a", "q"), tag_of("1-a", "r"), tag_of("1-a", "q", "csv")}) == 4
    assert matches('"x", W/"1"', '"1"')
    assert matches("*", 'W/"1"')
    assert not matches('"2"', 'W/"1"')


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("ASK {}", 0),
        ("ASK { ?s ?p ?o }", 1),
        ("ASK { ?s ?p ?o . }", 1),
        ("ASK { ?s ?p ?o ; ?q ?r, ?t . ?u ?v ?w }", 4),
        ("ASK { ?s ?p [ ?q ?r ; ?t ?u ] }", 3),
        ("ASK { ?s <urn:a>/<urn:b>/<urn:c> ?o }", 3),
        ("ASK { ?s ?p ?o FILTER(CONCAT('.', ';', '/') IN ('a', 'b')) }", 1),
        ("ASK { ?s ?p ?o FILTER NOT EXISTS { ?o ?p ?s . ?s ?q ?t } }", 3),
    ],
)
def test_patterns_are_counted(query, count):
    assert count_patterns(significant(query)) == count


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICE <urn:x> {} }",
        "ASK { sErViCe <urn:x> {} }",
        "ASK { \\u0053ERVICE <urn:x> {} }",
        "ASK { S\\U00000045RVICE <urn:x> {} }",
        "ASK { ?s <urn:a\\u0020#> ?o SERVICE <urn:x> {} }",
        "LOAD <http://127.0.0.1/>",
        "\\u004cOAD <http://127.0.0.1/>",
        "ASK " + "\\u007B" * 101 + "}" * 101,
    ],
)
def test_the_guard_reads_escapes(text):
    with pytest.raises(QueryError):
        guard(text)


def test_the_guard_leaves_texts_and_names_alone():
    text = "ASK { ?service <urn:SERVICE> 'LOAD \\u0053ERVICE' } # SERVICE"
    assert [token.text for token in guard(text)][:2] == ["ASK", "{"]
