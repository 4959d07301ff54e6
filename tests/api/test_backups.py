"""What a server keeps beside the graph, in backups: clients, partners, watch targets, events that wait; secrets stay private."""

import contextlib
import json
import sqlite3
import stat
import sys
import time

import pytest
from pact_parties import CREATED, event, known

from api.access.clients import ClientFile
from api.access.keys import today
from api.errors import AccessFileError, BackupError
from api.pact import partners
from api.pact.inbox import Event, Inbox, Request, key_of
from api.pact.partners import Partner
from api.serverfiles import ServerFiles
from api.watch import targets
from api.watch.targets import Progress, Target
from graphstore import GraphStore
from tanmai import cli

SECRET = "a-secret-of-the-mill"


@pytest.fixture
def store(tmp_path):
    where = tmp_path / "store"
    with GraphStore.open(where) as opened:
        opened.load_bytes(b"<urn:a> <urn:b> <urn:c> .", key="x", format="turtle")
    partners.add(where, Partner("mill", "https://mill.example", "us", SECRET))
    targets.add(where, Target("feed", "https://feed.example", "signs-calls", "2026-01-01T00:00:00Z"))
    targets.save_progress(where, {"feed": Progress("2026-01-02T00:00:00Z", ("urn:x",))})
    inbox = Inbox(where)
    told = json.dumps(event(CREATED, "https://mill.example", {"status": "Active"}, "run/1")).encode()
    inbox.note(Event(key_of("mill", "s", "run/1"), "created", told, "mill", None, "mill", "https://us.example"))
    inbox.ask(Request("ours-1", "mill", "urn:x", time.time(), "open", ""))
    return where


@pytest.fixture
def run(monkeypatch, capsys):
    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments)])
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        else:
            code = 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def modes(folder):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


def test_a_restored_server_knows_whom_it_knew_and_what_waits(store, run, tmp_path):
    key = known(store, "mill", None)
    code, out, err = run("backup", tmp_path / "copy", "--store", store, "--json")
    assert (code, err) == (0, "")
    counted = {"clients": 1, "partners": 1, "targets": 1, "events": 1, "requests": 1}
    assert json.loads(out)["server"] == counted
    assert SECRET not in out
    code, out, _ = run("restore", tmp_path / "copy", "--store", tmp_path / "new", "--json")
    assert (code, json.loads(out)["server"]) == (0, counted)
    new = tmp_path / "new"
    assert partners.load(new) == partners.load(store)
    assert partners.load(new)["mill"].client_secret == SECRET
    assert targets.load(new) == targets.load(store)
    assert targets.progress(new)["feed"].told == ("urn:x",)
    assert ClientFile(new / "access" / "clients.json").current().by_secret("mill", key, today()).name == "mill"
    (waiting,) = Inbox(new).due()
    assert json.loads(waiting.event)["id"] == "run/1"
    assert Inbox(new).waits_for("ours-1", "mill")
    assert not Inbox(new).note(waiting)


@pytest.mark.parametrize("made", ["copy", "new"])
def test_what_is_copied_belongs_to_its_owner_alone(store, run, tmp_path, made):
    known(store, "mill", None)
    run("backup", tmp_path / "copy", "--store", store)
    run("restore", tmp_path / "copy", "--store", tmp_path / "new")
    for folder, files in (
        ("pact", {"partners.json", "events.sqlite"}),
        ("watch", {"targets.json", "progress.json"}),
        ("access", {"clients.json"}),
    ):
        found = modes(tmp_path / made / folder)
        assert found.pop(folder) == 0o700
        assert found == dict.fromkeys(files, 0o600)  # no signing key of tokens, no counters, no locks


def test_a_copy_of_the_data_alone_holds_no_secret(store, run, tmp_path):
    known(store, "mill", None)
    code, out, _ = run("backup", tmp_path / "copy", "--data-only", "--store", store, "--json")
    assert (code, json.loads(out)["server"]) == (0, {})
    assert not any((tmp_path / "copy" / name).exists() for name in ("pact", "watch", "access"))
    for file in (each for each in (tmp_path / "copy").rglob("*") if each.is_file()):
        assert SECRET.encode() not in file.read_bytes()


def test_the_data_alone_may_be_restored(store, run, tmp_path):
    run("backup", tmp_path / "copy", "--store", store)
    code, out, _ = run("restore", tmp_path / "copy", "--data-only", "--store", tmp_path / "new", "--json")
    assert (code, json.loads(out)["server"]) == (0, {})
    assert partners.load(tmp_path / "new") == {}


def test_people_are_told_what_is_in_it(store, run, tmp_path):
    out = run("backup", tmp_path / "copy", "--store", store, "--lang", "zh")[1]
    assert "伙伴: 1" in out
    assert "事件: 1" in out


def test_clients_of_a_folder_elsewhere_are_in_it_too(store, run, tmp_path, monkeypatch):
    known(store, "mill", None)
    (store / "access").rename(tmp_path / "elsewhere")
    monkeypatch.setenv("TANMAI_API_ACCESS", str(tmp_path / "elsewhere"))
    assert json.loads(run("backup", tmp_path / "copy", "--store", store, "--json")[1])["server"]["clients"] == 1
    assert (tmp_path / "copy" / "access" / "clients.json").exists()


def test_a_file_that_others_can_read_is_not_copied(store, run, tmp_path):
    (store / "pact" / "partners.json").chmod(0o644)
    code, _, err = run("backup", tmp_path / "copy", "--store", store)
    assert code == 2
    assert "chmod 600" in err
    assert not (tmp_path / "copy").exists()


def test_a_broken_copy_is_not_restored(store, run, tmp_path):
    run("backup", tmp_path / "copy", "--store", store)
    queue = tmp_path / "copy" / "pact" / "events.sqlite"
    data = bytearray(queue.read_bytes())
    data[:4096] = bytes(4096)
    queue.write_bytes(data)
    code, _, err = run("restore", tmp_path / "copy", "--store", tmp_path / "new")
    assert code == 2
    assert "events.sqlite" in err
    assert not (tmp_path / "new").exists()
    with pytest.raises(BackupError, match="--data-only"):
        ServerFiles.of(tmp_path / "copy")


def test_the_queue_is_copied_whole_while_it_is_written(store, tmp_path):
    """A transaction under way is in the copy as a whole or not at all."""
    with contextlib.closing(sqlite3.connect(store / "pact" / "events.sqlite")) as writing:
        writing.execute("INSERT INTO requests VALUES ('half', 'mill', '', 0, 'open', '')")
        ServerFiles.of(store).write(tmp_path / "copy")
        writing.rollback()
    assert [each.id for each in Inbox(tmp_path / "copy").requests()] == ["ours-1"]


def test_a_store_without_a_server_has_nothing_beside_it(tmp_path):
    with GraphStore.open(tmp_path / "plain"):
        pass
    files = ServerFiles.of(tmp_path / "plain")
    assert files.counts() == {}
    files.write(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_others_cannot_read_partners(store):
    (store / "pact" / "events.sqlite").chmod(0o640)
    with pytest.raises(AccessFileError):
        ServerFiles.of(store)
