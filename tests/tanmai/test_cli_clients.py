"""`tanmai client` and `tanmai audit` from the shell."""

import datetime as dt
import json
import shutil
import sys

import pytest

from api.audit.log import AuditLog
from graphstore import GraphStore
from tanmai import cli


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    where = tmp_path_factory.mktemp("clients") / "store"
    GraphStore.open(where).close()
    return where


@pytest.fixture
def run(monkeypatch, capsys, store):
    def command(*arguments, lang="en"):
        monkeypatch.setattr(sys, "argv", ["tanmai", *arguments, "--store", str(store), "--lang", lang])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        assert "internal error" not in printed.err
        return code, printed.out, printed.err

    return command


@pytest.fixture
def made(run, store):
    """A client and its key."""
    code, out, _ = run(
        "client", "add", "mill", "--role", "submitter", "--role", "reader", "--audience", "mill", "--json"
    )
    assert code == 0
    yield json.loads(out)
    cleared(store)


def cleared(store):
    (store / "access" / "clients.json").unlink()
    if (store / "audit").is_dir():
        shutil.rmtree(store / "audit")
    else:
        (store / "audit").unlink()


def listed(run):
    return json.loads(run("client", "list", "--json")[1])["clients"]


def test_a_key_is_told_once(run, store, made):
    assert made["key"].startswith(f"tm_{made['key_id']}_")
    assert made["client_id"] == "mill"
    kept = "".join(path.read_text() for path in (store / "access").iterdir())
    assert made["key"] not in kept
    assert made["key"].split("_", 2)[2] not in kept
    (row,) = listed(run)
    (key,) = row["keys"]
    assert (row["roles"], row["audience"], row["disabled"]) == (["reader", "submitter"], "mill", False)
    assert (key["id"], key["expires"], key["used"]) == (made["key_id"], None, None)
    assert "sha256" not in json.dumps(row)


@pytest.mark.parametrize(("lang", "says"), [("en", "shown this once"), ("zh", "仅显示这一次")])
def test_what_a_person_is_told(run, lang, says, store):
    code, out, err = run("client", "add", "boss", "--role", "admin", lang=lang)
    assert (code, says in out) == (0, True)
    assert ("public" in err) is True, "the first client changes what everybody else may do"
    code, out, _ = run("client", "list", lang=lang)
    assert ("whole store" if lang == "en" else "整个存储") in out
    cleared(store)


def test_keys_come_and_go(run, made):
    end = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)).isoformat()
    other = json.loads(run("client", "key", "mill", "--expires", end, "--json")[1])
    assert [key["expires"] for key in listed(run)[0]["keys"]] == [None, end]
    code, out, _ = run("client", "revoke", "mill", "--key", made["key_id"], "--json")
    assert (code, json.loads(out)["revoked"]) == (0, [made["key_id"]])
    assert [key["id"] for key in listed(run)[0]["keys"]] == [other["key_id"]]
    assert json.loads(run("client", "revoke", "mill", "--json")[1])["revoked"] == [other["key_id"]]
    assert listed(run)[0]["keys"] == []


def test_clients_are_switched_off_and_removed(run, made):
    run("client", "disable", "mill")
    assert listed(run)[0]["disabled"] is True
    run("client", "enable", "mill")
    assert listed(run)[0]["disabled"] is False
    assert run("client", "remove", "mill")[0] == 0
    assert listed(run) == []


def test_what_is_done_to_clients_is_in_the_audit_log(run, store, made):
    run("client", "revoke", "mill")
    records = json.loads(run("audit", "show", "--json")[1])["records"]
    revoked, added = records[:2]
    assert added["command"] == "client add mill reader submitter mill"
    assert revoked["command"] == f"client revoke mill {made['key_id']}"
    assert made["key"] not in json.dumps(records)
    assert "tanmai client revoke" in run("audit", "show")[1]


def test_a_key_is_revoked_also_when_the_audit_log_cannot_be_written(run, store, made):
    shutil.rmtree(store / "audit")
    (store / "audit").write_text("in the way")
    code, _, err = run("client", "revoke", "mill")
    assert (code, "audit log cannot be written" in err, "Traceback" in err) == (0, True, False)
    assert listed(run)[0]["keys"] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "mill", "--role", "reader", "--audience", "public"), "already"),
        (("add", "other", "--role", "king", "--audience", "public"), "'king' is no role"),
        (("add", "other", "--role", "reader"), "--audience public"),
        (("add", "other", "--role", "admin", "--audience", "public", "--whole-store"), "not both"),
        (("add", "other:x", "--role", "admin"), "cannot be the name"),
        (("add", "other", "--role", "reader", "--audience", "../x"), "names no audience"),
        (("add", "other", "--role", "reader", "--audience", "a..b"), "names no audience"),
        (("add", "other", "--role", "admin", "--organisation", "mill"), "no absolute IRI"),
        (("add", "other", "--role", "admin", "--expires", "2020-01-01"), "over already"),
        (("add", "other", "--role", "admin", "--expires", "tomorrow"), "no day"),
        (("key", "nobody"), "no client nobody. Known: mill"),
        (("revoke", "mill", "--key", "zzzzzzzz"), "no key zzzzzzzz"),
        (("disable", "nobody"), "no client nobody"),
        (("remove", "nobody"), "no client nobody"),
    ],
)
def test_what_cannot_be_done_is_one_message_and_changes_nothing(run, made, arguments, says):
    before = listed(run)
    code, _, err = run("client", *arguments)
    assert code == 2
    assert says in err
    assert listed(run) == before


def test_there_is_no_client_without_a_store(run, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["tanmai", "client", "list", "--store", str(tmp_path / "no"), "--lang", "en"])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    assert "no store" in capsys.readouterr().err


def test_a_file_that_others_may_read_is_not_used(run, store, made):
    (store / "access" / "clients.json").chmod(0o640)
    code, _, err = run("client", "list")
    assert (code, "chmod 600" in err) == (2, True)
    code, _, err = run("client", "list", lang="zh")
    assert "请执行：chmod 600" in err


@pytest.fixture
def log(store):
    made = AuditLog(store / "audit")
    for number in range(3):
        facts = {"time": "2025-01-17T08:00:00+00:00", "client": "mill", "method": "GET", "path": f"/{number}\x1b[2J"}
        made.append(facts | {"status": 200, "seconds": 0.01, "address": ""})
    made.sync()
    yield made
    for path in (store / "audit").iterdir():
        path.unlink()


@pytest.mark.parametrize(("lang", "says"), [("en", "sound: 3 records"), ("zh", "审计日志完好，共 3 条记录")])
def test_a_sound_log(run, log, lang, says):
    code, out, _ = run("audit", "verify", lang=lang)
    assert (code, says in out) == (0, True)
    head = json.loads(run("audit", "verify", "--json")[1])["head"]
    assert head.startswith("3:")
    assert run("audit", "verify", "--head", head)[0] == 0
    assert run("audit", "verify", "--head", "3:" + "0" * 64)[0] == 1
    assert run("audit", "verify", "--head", "x")[0] == 2


def test_a_log_that_was_changed(run, log):
    (path,) = log.folder.glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"mill", b"boss", 1))
    code, out, _ = run("audit", "verify")
    assert (code, "line 2: Record 2 does not follow" in out) == (1, True)
    code, out, _ = run("audit", "verify", "--json")
    told = json.loads(out)
    assert (code, told["sound"], told["findings"][0]["kind"]) == (1, False, "changed")
    assert "第 2 行：第 2 条记录与前一条不相接" in run("audit", "verify", lang="zh")[1]


def test_records_are_shown_the_newest_first_and_harmless_to_a_terminal(run, log):
    code, out, _ = run("audit", "show", "--count", "2")
    assert code == 0
    assert out.index("GET /2") < out.index("GET /1")
    assert "GET /0" not in out
    assert "\x1b[2J" not in out
    records = json.loads(run("audit", "show", "--before", "3", "--json")[1])["records"]
    assert [record["n"] for record in records] == [2, 1]


def test_an_empty_log(run):
    assert "empty" in run("audit", "show")[1]
    assert run("audit", "verify")[0] == 0
