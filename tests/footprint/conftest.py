"""Every test that solves runs with both kernels."""

import pytest
from hypothesis import HealthCheck, settings

from footprint.kernels import numba_available
from footprint.solve import Settings

settings.register_profile("footprint", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("footprint")


@pytest.fixture(
    scope="session",
    params=[
        "scipy",
        pytest.param("numba", marks=pytest.mark.skipif(not numba_available(), reason="numba is not installed")),
    ],
)
def how(request):
    """Settings with each kernel."""
    return Settings(kernel=request.param)
