"""What the stages of long jobs are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.readers.progress import Stage

WAITING: Final = Stage("waiting")
"""The stage before a process has begun with a job."""

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "waiting": ("waits for a process", "等待可用进程"),
    "opening": ("opens the state of the store", "打开存储状态"),
    "compiling": ("compiles the system of equations", "编译方程组"),
    "calculating": ("calculates", "计算"),
    "drawing": ("draws and solves", "抽样求解"),
    "writing": ("writes the answer", "写出结果"),
    "judging": ("judges by the rules", "按规则校验"),
    "recomputing": ("recomputes what is declared", "复算声明值"),
}


def told(stage: Stage, lang: str) -> dict[str, Any]:
    """A stage for machines and people."""
    en, zh = _WORDS.get(stage.name, (stage.name, stage.name))
    counted = {"done": stage.done, "of": stage.of} if stage.of else {}
    return {"name": stage.name, "label": zh if lang == "zh" else en, **counted}
