"""Clients and the audit log in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tanmai.render.tables import console, table
from tanmai.words import Language, word

if TYPE_CHECKING:
    from api.audit.reading import Verdict

Data = Mapping[str, Any]


def show_clients(rows: Sequence[Data], lang: Language) -> None:
    """Print clients with their keys."""
    out, colon = console(), word("colon", lang)
    if not rows:
        out.print(word("clients_none", lang), soft_wrap=True)
    for row in rows:
        off = f"  {word('in_brackets', lang, text=word('client_off', lang))}" if row["disabled"] else ""
        out.print(f"{row['name']}{off}", style="bold", soft_wrap=True)
        out.print(f"  {word('client_roles', lang)}{colon}{', '.join(row['roles'])}")
        audience = row["audience"] or word("client_whole_store", lang)
        out.print(f"  {word('client_audience', lang)}{colon}{audience}")
        if row["organisation"]:
            out.print(f"  {word('client_organisation', lang)}{colon}{row['organisation']}", soft_wrap=True)
        for key in row["keys"]:
            out.print(f"  {word('client_keys', lang)}{colon}{_key(key, lang)}", soft_wrap=True)


def _key(key: Data, lang: Language) -> str:
    expires = word("key_until", lang, day=key["expires"]) if key["expires"] else word("key_endless", lang)
    used = word("key_used", lang, day=key["used"]) if key["used"] else word("key_unused", lang)
    return word("key_line", lang, id=key["id"], created=key["created"], expires=expires, used=used)


def show_audit(records: Sequence[Data], lang: Language) -> None:
    """Print records of the audit log, one a line."""
    out = console()
    if not records:
        out.print(word("audit_empty", lang))
        return
    heads = ("audit_number", "audit_time", "audit_who", "audit_request", "audit_status", "audit_seconds")
    columns = [(word(head, lang), head in {"audit_number", "audit_status", "audit_seconds"}) for head in heads]
    out.print(table("", columns, [_audited(record) for record in records]))


def _audited(record: Data) -> tuple[str, ...]:
    if "command" in record:
        return str(record["n"]), record["time"], record["account"], _printable(f"tanmai {record['command']}"), "", ""
    who = record["client"] or record["address"]
    asked = _printable(f"{record['method']} {record['path']}")
    return str(record["n"]), record["time"], who, asked, str(record["status"]), str(record["seconds"])


def _printable(text: str) -> str:
    """A text that a stranger sent, with nothing in it that a terminal would obey."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def show_verdict(verdict: Verdict, lang: Language) -> None:
    """Print what became of verifying the audit log."""
    out = console()
    if not verdict.findings:
        out.print(word("audit_sound", lang, count=verdict.head.number, head=str(verdict.head)), soft_wrap=True)
        return
    out.print(word("audit_broken", lang), style="bold red")
    for each in verdict.findings:
        text = word(f"audit_{each.kind}", lang, record=each.record, expected=each.expected)
        place = word("audit_place", lang, file=each.file, line=each.line, text=text) if each.file else text
        out.print(f"  {place}", soft_wrap=True)
