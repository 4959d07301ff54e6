"""What is installed: names that clash with nobody, types, data files, and light imports."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path

import pytest

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_ships_our_name(package):
    assert set(packages_distributions().get(package, ["tanmai"])) == {"tanmai"}
    assert package not in sys.stdlib_module_names


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_is_typed(package):
    assert files(package).joinpath("py.typed").is_file()


def test_every_package_of_the_project_is_shipped():
    root = Path(__file__).parent.parent
    found = {path.parent.name for path in root.glob("*/__init__.py")} - {"benchmarks", "scripts", "tests"}
    assert found == set(PACKAGES)


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("ontology", "tanmai.ttl"),
        ("ontology", "reference/gwp.ttl"),
        ("ontology", "reference/tables/gwp.csv"),
        ("ontology", "hygiene/undefined-term.rq"),
        ("graphstore", "queries/units.rq"),
        ("graphstore", "queries/void-description.rq"),
        ("shapes", "general/prefixes.ttl"),
        ("shapes", "contexts/tanmai.jsonld"),
        ("shapes", "exchange/pact-context.jsonld"),
        ("shapes", "templates/rule.ttl.txt"),
        ("tanmai", "demo/aluminium.ttl"),
        ("tanmai", "messages/zh/outside.toml"),
    ],
)
def test_data_files_are_found_through_the_package(package, name):
    assert files(package).joinpath(name).read_bytes()


LIGHT = {
    "footprint": {
        "pyoxigraph",
        "rdflib",
        "polars",
        "typer",
        "rich",
        "numpy",
        "graphstore",
        "ontology",
        "schemes",
        "tanmai",
    },
    "footprint.assemble": {
        "pyoxigraph",
        "rdflib",
        "polars",
        "typer",
        "rich",
        "graphstore",
        "ontology",
        "mappings",
        "schemes",
        "tanmai",
    },
    "ontology": {"pyoxigraph", "rdflib", "polars", "numpy", "footprint", "graphstore", "mappings", "schemes", "tanmai"},
    "graphstore": {"polars", "rdflib", "numpy", "scipy", "typer", "footprint", "mappings", "schemes", "tanmai"},
    "graphstore.answers.footprint": {"rdflib", "typer", "rich", "mappings", "schemes", "tanmai"},
    "shapes": {
        "pyoxigraph",
        "rdflib",
        "pyshacl",
        "polars",
        "numpy",
        "typer",
        "rich",
        "graphstore",
        "footprint",
        "mappings",
        "schemes",
        "registry",
        "tanmai",
    },
    "shapes.judge": {
        "rdflib",
        "pyshacl",
        "polars",
        "numpy",
        "typer",
        "rich",
        "footprint",
        "mappings",
        "schemes",
        "registry",
        "tanmai",
    },
    "mappings": {"rdflib", "typer", "schemes", "tanmai", "numpy"},
    "schemes": {"pyoxigraph", "rdflib", "polars", "numpy", "typer", "rich", "tanmai"},
    "schemes.electricity": {"rdflib", "typer", "rich", "mappings", "tanmai"},
    "tanmai.cli": {
        "pyoxigraph",
        "rdflib",
        "polars",
        "numpy",
        "scipy",
        "numba",
        "graphstore",
        "footprint",
        "mappings",
        "schemes",
        "shapes",
        "registry",
        "api",
        "fastapi",
        "uvicorn",
        "starlette",
    },
    "api": {"pyoxigraph", "fastapi", "starlette", "uvicorn", "graphstore", "tanmai"},
    "api.app": {"rdflib", "polars", "numpy", "scipy", "typer", "rich", "footprint", "mappings", "shapes", "tanmai"},
    # every reader process imports it, each time one is replaced
    "api.readers.child": {"fastapi", "starlette", "uvicorn", "numpy", "polars", "footprint", "typer", "tanmai"},
}


@pytest.mark.parametrize("module", LIGHT)
def test_an_import_pulls_in_only_its_layers(module):
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    ).stdout.split()
    assert module.partition(".")[0] in loaded
    assert set(loaded) & LIGHT[module] == set()


def test_the_version_is_stated_once():
    from importlib.metadata import version

    import tanmai

    assert version("tanmai") == tanmai.__version__ == PROJECT["project"]["version"]


def test_the_study_of_the_demonstration_is_the_example():
    example = Path(__file__).parent.parent / "examples" / "studies" / "aluminium.ttl"
    assert files("tanmai").joinpath("demo/study.ttl").read_bytes() == example.read_bytes()
