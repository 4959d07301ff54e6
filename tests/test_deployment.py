"""What is shipped to run a server: the image has what its build needs, and the unit lets readers do what they do."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_build_of_the_image_gets_what_it_needs():
    """The context leaves out everything that is not named."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines[0] == "*"
    passed = {line[1:] for line in lines if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", project["project"]["readme"], *wheel["packages"]}
    assert "custom" in wheel["hooks"]
    needed.add("hatch_build.py")  # where hatchling looks for a custom hook
    assert needed <= passed
    assert all((ROOT / name).exists() for name in passed)


def test_the_unit_lets_readers_limit_themselves_and_give_way():
    unit = (ROOT / "deploy" / "tanmai.service").read_text()
    allowed = set(" ".join(re.findall(r"^SystemCallFilter=([^~@].*)$", unit, re.MULTILINE)).split())
    assert {"setrlimit", "prlimit64", "setpriority"} <= allowed
    assert not re.search(r"^MemoryDenyWriteExecute=yes", unit, re.MULTILINE), "polars fails under it"
