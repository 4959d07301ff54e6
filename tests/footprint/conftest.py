"""Every test that solves runs with both kernels."""

import pytest

from footprint.kernels import numba_available
from footprint.solve import Settings


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
