"""Input-output tables that others published, with the Leontief inverse that others computed from them.

The tables are read where they are: none of them is part of this repository.
"""

import csv
import os
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from small_systems import FACTORS, from_matrix, system

from footprint import compile_system, scores, supply
from footprint.knots import spectral_radius

FIXTURES = Path(os.environ.get("TANMAI_FIXTURES", "/nonexistent")) / "data"


@pytest.fixture(scope="module")
def pymrio_tables():
    """The folder of pymrio's test MRIO: in its wheel, whose text files are read without importing it, or a fixture."""
    try:
        shipped = Path(str(distribution("pymrio").locate_file("pymrio/mrio_models/test_mrio/mrio_data")))
    except PackageNotFoundError:
        shipped = FIXTURES / "pymrio"
    if not shipped.is_dir():
        pytest.skip(
            "neither pymrio (pip install --no-deps pymrio) nor TANMAI_FIXTURES/data/pymrio (trade_flows_Z.txt, "
            "finald_demand_Y.txt) is there"
        )
    return shipped


def test_pymrio_leontief(how, pymrio_tables):
    """IndEcol/pymrio, test_mrio: 6 regions x 8 sectors; its tables are under the LGPL and not copied here."""

    def table(name):
        lines = (pymrio_tables / name).read_text(encoding="utf-8").splitlines()[2:]
        return np.array([[float(cell) for cell in line.split("\t")[3:]] for line in lines if line.strip()])

    flows = table("trade_flows_Z.txt")
    a = flows / (flows.sum(axis=1) + table("finald_demand_Y.txt").sum(axis=1))
    assert a.shape == (48, 48)
    compiled = compile_system(from_matrix(a, np.zeros(48)))
    assert supply(compiled, 0, 1.0, how).runs[0] == pytest.approx(1.1101020720, rel=1e-10)
    assert spectral_radius(csr_matrix(a)) == pytest.approx(0.20137, abs=5e-6)


MAKE, USE = "Detail_Make_2017_AfterRedef_17sch.csv", "Detail_Use_2017_PRO_AfterRedef_17sch.csv"
INDUSTRY_OUTPUT, COMMODITY_OUTPUT = "T008", "T007"


class Table:
    """A table of US EPA useeior with its codes: numbers by row code and column code."""

    def __init__(self, path):
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        self.rows, self.columns = [row[0] for row in rows], head[1:]
        self.values = np.array([row[1:] for row in rows], dtype=float)

    def part(self, rows, columns):
        at = [self.rows.index(code) for code in rows], [self.columns.index(code) for code in columns]
        return self.values[np.ix_(*at)]


@pytest.fixture(scope="module")
def bea_2017():
    """Commodity codes, and the system of commodities (first) and industries that BEA's 2017 detail tables describe.

    An industry uses commodities (Use, producer prices, over its output), and a commodity is bought of the industries that
    make it by their market share (Make over its output): the commodity-by-commodity model of useeior, in which A is the
    product of the two; here the engine joins them. Outputs are the totals that the Make table states, in million USD.
    """
    folder = FIXTURES / "useeior"
    if not (folder / MAKE).is_file() or not (folder / USE).is_file():
        pytest.skip(
            f"TANMAI_FIXTURES/data/useeior ({MAKE}, {USE}) is not there. They are data/*.rda of github.com/USEPA/useeior "
            "1.7.2 (BEA tables, public domain) written as CSV with row names: with `pip install rdata`, "
            "next(iter(rdata.read_rda(rda).values())).to_csv(csv)"
        )
    make, use = Table(folder / MAKE), Table(folder / USE)
    industries = [code for code in make.rows if code != COMMODITY_OUTPUT]
    commodities = [code for code in make.columns if code != INDUSTRY_OUTPUT]
    n = len(commodities)
    made = make.part([COMMODITY_OUTPUT], commodities)
    # No industry makes noncomparable imports (S00300) or second-hand goods (S00402): no output, no suppliers, no share.
    share = make.part(industries, commodities) / np.where(made == 0, 1.0, made)
    recipe = use.part(commodities, industries) / make.part(industries, [INDUSTRY_OUTPUT]).T
    tech = [(i, n + j, recipe[i, j]) for i, j in zip(*np.nonzero(recipe), strict=True)]
    tech += [(n + i, j, share[i, j]) for i, j in zip(*np.nonzero(share), strict=True)]
    one_of_each = [(j, 0, 1.0) for j in range(n)]
    return commodities, system([1.0] * (n + len(industries)), tech, one_of_each)


BEA_MULTIPLIERS = {"331110": 2.641830392, "221100": 1.664498042, "336111": 2.814990004}
"""Column sums of L: iron and steel mills, electric power, automobiles (useeior, BEA 2017 detail, after redefinitions)."""


def test_bea_2017_multipliers_by_adjoint(how, bea_2017):
    """All column sums of the Leontief inverse at once: one kg for every dollar of a commodity, summed up the chains."""
    commodities, s = bea_2017
    compiled = compile_system(s)
    result = scores(compiled, compiled.cost(FACTORS), how)
    found = {code: result.values[commodities.index(code)] for code in BEA_MULTIPLIERS}
    assert len(commodities) == 402
    assert found == pytest.approx(BEA_MULTIPLIERS, abs=5e-10)


@pytest.mark.parametrize(("code", "expected"), BEA_MULTIPLIERS.items())
def test_bea_2017_multipliers_by_supply(how, bea_2017, code, expected):
    commodities, s = bea_2017
    chain = supply(compile_system(s), commodities.index(code), 1.0, how)
    assert chain.runs[: len(commodities)].sum() == pytest.approx(expected, abs=5e-10)
