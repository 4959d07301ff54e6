"""How long `/products/{id}/footprint` takes on a large store: `python -m benchmarks.footprint_api [--processes N] [--requests N]`.

A generated system (`benchmarks.generate`) stands in a store with the reference knowledge; a server of its own answers on loopback,
one request after the other, each about another product: the default answer, the total alone, a page of a list, the whole answer.
The first request of a generation compiles the system, or maps what was compiled, and is told apart. `--beside` asks the other
questions about the same system too: explanation, contributions, comparison, what-if.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.graph import GWP_SET
from benchmarks.subject import synthetic
from graphstore import GraphStore

TARGET = 0.020
"""Seconds that 99 of 100 requests for a footprint may take, the system being at hand."""
SLOW = 20
"""A question that has its own supply chain solved is asked so many times less often."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question: its path after that of the product, its parameters, and whether it is looked up or has to be solved."""

    verb: str = "/footprint"
    stated: Mapping[str, str] = field(default_factory=dict)
    solved: bool = False


CASES = {
    "default answer": Case(),
    "default, in tonnes": Case(stated={"unit": "t"}),
    "total alone": Case(stated={"detail": "total"}),
    "page of credits": Case("/footprint/credits", solved=True),
    "whole answer": Case(stated={"detail": "full"}, solved=True),
}
BESIDE = {
    "explanation": Case("/explain", solved=True),
    "hot spots": Case("/contributions", solved=True),
    "comparison": Case("/compare", solved=True),
    "what-if": Case("/whatif", solved=True),
}


def main() -> int:
    """Measure and print; exit code 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--store", type=Path, help="store to use, or to make and keep")
    parser.add_argument("--beside", action="store_true", help="ask the other questions too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tanmai-footprint-api-") as place:
        store = options.store or Path(place, "store")
        if not store.exists():
            fill(store, options.processes)
        with server(store) as address:
            p99 = report(address, options.requests, CASES | (BESIDE if options.beside else {}))
    return 0 if p99 <= TARGET else 1


def fill(store: Path, processes: int) -> None:
    """Load the generated system and the knowledge that calculations need."""
    from tanmai import knowledge

    with GraphStore.open(store) as opened, opened.transaction("benchmark") as transaction:
        knowledge.load_into(transaction)
        transaction.load_bytes(synthetic(processes).triples, key="synthetic", format="ntriples")


@contextmanager
def server(store: Path) -> Iterator[str]:
    """Serve a store on a free port; its host and port."""
    command = [
        sys.executable,
        "-m",
        "tanmai",
        "serve",
        "--store",
        str(store),
        "--port",
        "0",
        "--readers",
        "1",
        "--timeout",
        "300",
    ]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        found = re.search(r"http://([\d.]+:\d+)", process.stdout.readline())
        assert found is not None
        try:
            yield found[1]
        finally:
            process.terminate()


def report(address: str, requests: int, cases: Mapping[str, Case]) -> float:
    """Print a line for each case; the p99 of the first."""
    products = listed(address)
    started = time.perf_counter()
    ask(address, *request(address, products, 0, Case()))
    print(f"first request: {time.perf_counter() - started:.2f} s")
    found: list[float] = []
    for name, case in cases.items():
        count = max(10, requests // SLOW) if case.solved else requests
        ask(address, *request(address, products, 0, case))
        asked = (request(address, products, i, case) for i in range(count))
        taken = sorted(timed(address, *each) for each in asked)
        found.append(percentile(taken, 0.99))
        p50, p90, p99 = (1000 * percentile(taken, share) for share in (0.5, 0.9, 0.99))
        print(f"{name:20} {count:6,} requests  p50 {p50:8.1f} ms  p90 {p90:8.1f} ms  p99 {p99:8.1f} ms", flush=True)
    return found[0]


def listed(address: str) -> list[str]:
    """Products of the store, in no order, as soon as the server answers."""
    for _ in range(600):
        try:
            products = [each["iri"] for each in json.loads(ask(address, "/products?limit=1000"))["products"]]
            break
        except OSError:
            time.sleep(0.1)
    random.Random(1).shuffle(products)
    return products


def request(address: str, products: Sequence[str], number: int, case: Case) -> tuple[str, dict[str, Any] | None]:
    """Address of a question about one product, or about it and the next one, and the JSON that is sent with it."""
    one, other = (products[(number + i) % len(products)] for i in (0, 1))
    stated = {"gwp": GWP_SET, **case.stated}
    if case.verb == "/compare":
        return f"/compare?{urlencode({'a': one, 'b': other, 'anyway': 'true', **stated})}", None
    path = f"/products/{quote(one, safe='')}"
    if case.verb == "/whatif":
        tier = json.loads(ask(address, f"{path}/footprint?{urlencode(stated)}"))["first_tier"]
        if not tier["exchanges"]:
            return request(address, products, number + 1, case)
        return case.verb, {"product": one, "set": [f"{tier['exchanges'][0]['exchange']} = +10%"], **stated}
    return f"{path}{case.verb}?{urlencode(stated)}", None


def timed(address: str, path: str, body: Mapping[str, Any] | None) -> float:
    """Seconds of one request."""
    started = time.perf_counter()
    ask(address, path, body)
    return time.perf_counter() - started


_CONNECTIONS: dict[str, HTTPConnection] = {}


def ask(address: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
    """The body of an answer; one connection is kept open.

    Raises:
        RuntimeError: it is a problem.
    """
    connection = _CONNECTIONS.setdefault(address, HTTPConnection(address, timeout=600))
    try:
        if body is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
    except OSError:
        _CONNECTIONS.pop(address).close()
        raise
    if response.status != 200:
        raise RuntimeError(answer.decode())
    return answer


def percentile(taken: Sequence[float], share: float) -> float:
    """The value that this share of sorted values does not exceed."""
    return taken[min(len(taken) - 1, int(share * len(taken)))]


if __name__ == "__main__":
    raise SystemExit(main())
