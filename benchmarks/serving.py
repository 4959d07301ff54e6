"""The SPARQL endpoint beside those of others, under wrk, in one run: `python -m benchmarks.serving [--quads N] [--seconds S]`.

Measured are point queries (another subject each time), answers of 500 rows, point queries while killer queries come without end,
and by how much a killer query exceeds its deadline. Servers take turns, round by round, and their first request warms them up.
Needs wrk, and the packages oxigraph and rdflib-endpoint; what is not here is left out and said.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.report import header
from graphstore import GraphStore

GRAPHS: Final = 200
CONNECTIONS: Final = 16
DEADLINE: Final = 2.0
KILLER: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ROWS: Final = "SELECT ?s ?n { ?s <urn:name> ?n } LIMIT 500"
ENDPOINT: Final = """
import sys, uvicorn, rdflib
from rdflib_endpoint import SparqlEndpoint
data = rdflib.Dataset(default_union=True)
data.parse(sys.argv[1], format="nquads")
uvicorn.run(SparqlEndpoint(graph=data, path="/query"), port=int(sys.argv[2]), log_level="error")
"""
POINT: Final = """
local i = 0
request = function()
  i = (i * 7919 + 13) % {subjects}
  local query = "SELECT%20%3Fn%20%7B%20%3Curn%3As" .. i .. "%3E%20%3Curn%3Aname%3E%20%3Fn%20%7D"
  return wrk.format("GET", "{path}?query=" .. query, {{["Accept"] = "application/sparql-results+json"}})
end
"""
TABLE: Final = """
request = function()
  return wrk.format("GET", "{path}?query={query}", {{["Accept"] = "application/sparql-results+json"}})
end
"""


@dataclass(frozen=True, slots=True)
class Server:
    """One server under test.

    Attributes:
        name: what it is called in the table.
        address: its root.
        path: where it takes queries.
    """

    name: str
    address: str
    path: str

    def ask(self, query: str) -> tuple[int, float]:
        """Status and seconds of one query."""
        text = f"{self.address}{self.path}?{urllib.parse.urlencode({'query': query})}"
        request = urllib.request.Request(text, headers={"Accept": "application/sparql-results+json"})
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                answer.read()
                return answer.status, time.perf_counter() - began
        except urllib.error.HTTPError as error:
            return error.code, time.perf_counter() - began


def main() -> int:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description="The endpoint beside others.")
    parser.add_argument("--quads", type=int, default=1_080_000, help="statements, in 200 graphs")
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="JSON file for all numbers")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not here: apt install wrk")
    print(json.dumps(header(), indent=2))
    with tempfile.TemporaryDirectory(prefix="tanmai-serving-") as place:
        found = _run(Path(place), options)
    print(_table(found))
    if options.out is not None:
        options.out.write_text(json.dumps(found, indent=2), encoding="utf-8")
    return 0


def _run(place: Path, options: argparse.Namespace) -> dict[str, dict[str, list[float]]]:
    subjects = options.quads // 3
    data = _data(place, subjects)
    with GraphStore.open(place / "store") as store:
        store.load(data, key="benchmark")
    found: dict[str, dict[str, list[float]]] = {}
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(each) for each in _servers(place, data)]
        for server in servers:
            while server.ask("ASK { <urn:s1> ?p ?o }")[0] != 200:
                time.sleep(0.5)
        for _ in range(options.rounds):
            for server in servers:
                _measured(server, place, subjects, options.seconds, found.setdefault(server.name, {}))
        found["tanmai"]["under attack"] = _under_attack(servers[0], place, subjects, options)
        found["tanmai"]["overshoot"] = [servers[0].ask(KILLER)[1] / DEADLINE - 1 for _ in range(options.rounds)]
    return found


def _measured(server: Server, place: Path, subjects: int, seconds: int, into: dict[str, list[float]]) -> None:
    scripts = {
        "point": POINT.format(subjects=subjects, path=server.path),
        "500 rows": TABLE.format(path=server.path, query=urllib.parse.quote(ROWS)),
    }
    for case, script in scripts.items():
        into.setdefault(case, []).append(_wrk(server, place, script, seconds))


def _under_attack(server: Server, place: Path, subjects: int, options: argparse.Namespace) -> list[float]:
    """Point queries each second while one client sends killers, one after the other; every one has to end in an error."""
    stop, script = threading.Event(), POINT.format(subjects=subjects, path=server.path)

    def attack() -> None:
        while not stop.is_set():
            status, _ = server.ask(KILLER)
            assert status == 503, status

    attacker = threading.Thread(target=attack)
    attacker.start()
    try:
        time.sleep(0.5)
        return [_wrk(server, place, script, options.seconds) for _ in range(options.rounds)]
    finally:
        stop.set()
        attacker.join()


def _wrk(server: Server, place: Path, script: str, seconds: int) -> float:
    """Requests each second; any answer but 200 is an error of the benchmark."""
    (place / "script.lua").write_text(script, encoding="ascii")
    command = (
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}",
        "--timeout",
        "30",
        "-s",
        place / "script.lua",
        server.address,
    )
    said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{server.name} answered with errors:\n{said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]


def _servers(place: Path, data: Path) -> Iterator[contextlib.AbstractContextManager[Server]]:
    own = (sys.executable, "-m", "tanmai", "serve", "--store", place / "store", "--timeout", str(DEADLINE))
    yield _running("tanmai", "/sparql", lambda port: [*map(str, own), "--port", str(port)])
    beside = Path(sys.executable).with_name("oxigraph")
    program = str(beside) if beside.exists() else shutil.which("oxigraph")
    if program is None:
        print("oxigraph is left out: pip install oxigraph", file=sys.stderr)
    else:
        where = ("--location", str(place / "oxigraph"))
        subprocess.run((program, "load", *where, "--file", data), check=True, capture_output=True)
        serve = (program, "serve-read-only", *where, "--union-default-graph", "--bind")
        yield _running("oxigraph serve", "/query", lambda port: [*serve, f"127.0.0.1:{port}"])
    if subprocess.run((sys.executable, "-c", "import rdflib_endpoint"), capture_output=True, check=False).returncode:
        print("rdflib-endpoint is left out: pip install rdflib-endpoint", file=sys.stderr)
    else:
        yield _running("rdflib-endpoint", "/query", lambda port: [sys.executable, "-c", ENDPOINT, str(data), str(port)])


@contextlib.contextmanager
def _running(name: str, path: str, command: Callable[[int], list[str]]) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(name, f"http://127.0.0.1:{port}", path)
    with subprocess.Popen(command(port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                with contextlib.suppress(urllib.error.URLError, ConnectionError):
                    server.ask("ASK {}")
                    break
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended with {process.returncode}")
                time.sleep(0.2)
            yield server
        finally:
            process.terminate()


def _data(place: Path, subjects: int) -> Path:
    """Three statements for each subject, in 200 graphs."""
    path = place / "data.nq"
    integer = "<http://www.w3.org/2001/XMLSchema#integer>"
    with path.open("w", encoding="ascii") as file:
        for i in range(subjects):
            s, graph = f"<urn:s{i}>", f"<urn:g{i % GRAPHS}>"
            file.write(f'{s} <urn:name> "name {i}" {graph} .\n{s} <urn:value> "{i}"^^{integer} {graph} .\n')
            file.write(f"{s} <urn:next> <urn:s{(i * 7 + 1) % subjects}> {graph} .\n")
    return path


def _table(found: dict[str, dict[str, list[float]]]) -> str:
    """Medians, and ours divided by each peer's of the same round."""
    lines = ["", f"{'case':<14}{'server':<18}{'req/s':>10}{'ours / theirs':>16}"]
    ours = found["tanmai"]
    for name, cases in found.items():
        for case in ("point", "500 rows"):
            ratio = statistics.median(a / b for a, b in zip(ours[case], cases[case], strict=True))
            lines.append(f"{case:<14}{name:<18}{statistics.median(cases[case]):>10,.0f}{ratio:>16.2f}")
    kept = statistics.median(ours["under attack"]) / statistics.median(ours["point"])
    lines.append(f"throughput under killer queries, of calm: {kept:.2f}; no error")
    lines.append(f"deadline overshoot, worst of {len(ours['overshoot'])}: {max(ours['overshoot']):.1%}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
