"""What a result leaves out: every exchange of its supply chain that no process supplies, named one by one."""

from __future__ import annotations

from typing import Any

import numpy as np

from footprint.gaps import CutOffReason
from footprint.inventory import Bools
from footprint.solve import Supply
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.queries import load

REASONS_ZH = {
    CutOffReason.UNLINKED_INPUT: "无供应方的输入",
    CutOffReason.UNTREATED_WASTE: "无处理过程的废物",
    CutOffReason.UNALLOCATED_PRODUCT: "不承担负荷的共生产品",
    CutOffReason.UNKNOWN_PROVIDER: "图中没有所指定的供应方",
}
REASONS = {
    CutOffReason.UNLINKED_INPUT: "unlinked input",
    CutOffReason.UNTREATED_WASTE: "waste without treatment",
    CutOffReason.UNALLOCATED_PRODUCT: "co-product that carries nothing",
    CutOffReason.UNKNOWN_PROVIDER: "provider that is not in the graph",
}


def processes_in(calculation: Calculation, chain: Supply) -> Bools:
    """Mark the processes that run in a supply chain."""
    snapshot = calculation.snapshot
    running = np.flatnonzero((snapshot.process >= 0) & (chain.runs != 0))
    marked = np.zeros(len(snapshot.process_ids), dtype=np.bool_)
    marked[snapshot.process[running]] = True
    return marked


def cut_offs(calculation: Calculation, chain: Supply, names: Names) -> list[dict[str, Any]]:
    """Return every cut-off of the chain with its process, flow, amount per run of the process, and the reason."""
    return cut_offs_of(calculation, processes_in(calculation, chain), names)


def cut_offs_of(
    calculation: Calculation, processes: Bools, names: Names, first: int = 0, most: int | None = None
) -> list[dict[str, Any]]:
    """Return the cut-offs of the processes that are marked, as `cut_offs` does, in the order of their exchanges.

    Args:
        calculation: State of the graph and settings.
        processes: Marks processes, bool[processes].
        names: Where names are looked up.
        first: How many to leave out.
        most: How many to return; None for all.
    """
    snapshot = calculation.snapshot
    inside = np.flatnonzero(processes[snapshot.cut_offs.process])
    reason = {
        snapshot.compiled.system.exchange_ids[e]: CutOffReason(r)
        for e, r in zip(
            snapshot.cut_offs.exchange[inside].tolist(), snapshot.cut_offs.reason[inside].tolist(), strict=True
        )
    }
    ids = sorted(reason)[first:] if most is None else sorted(reason)[first : first + most]
    facts = calculation.about(load("cut-off-details"), "exchange", ids) if ids else []
    names.learn(str(row[key]) for row in facts for key in ("process", "flow", "unit") if row[key] is not None)
    return [
        {
            "exchange": row["exchange"],
            "reason": REASONS[reason[str(row["exchange"])]],
            "reason_zh": REASONS_ZH[reason[str(row["exchange"])]],
            "process": names[str(row["process"])].as_dict(),
            "flow": names[str(row["flow"])].as_dict(),
            "amount": row["amount"],
            "unit": names[str(row["unit"])].as_dict(),
        }
        for row in facts
    ]
