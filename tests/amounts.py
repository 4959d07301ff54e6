"""How much is tried: a part of it in each run, all of it where ``TANMAI_THOROUGH`` is set.

``TANMAI_THOROUGH=1 pytest -m 'hypothesis or thorough'`` runs the tests that then try more, and these alone.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

THOROUGH = bool(os.environ.get("TANMAI_THOROUGH"))


def examples(thorough: int) -> int:
    """How many random examples to try: so many, or four tenths of them."""
    return thorough if THOROUGH else max(3, thorough * 2 // 5)


def tries(thorough: int) -> settings:
    """Have a law tried on so many random examples, which may share one store."""
    shared = [HealthCheck.function_scoped_fixture]
    return settings(max_examples=examples(thorough), deadline=None, suppress_health_check=shared)
