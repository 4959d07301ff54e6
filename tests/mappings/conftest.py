"""Converting our tiny package, as a whole and as a graph to ask."""

import pytest
from olca_fixtures import Graph, files, write_zip

from mappings.olca import convert, read_package


@pytest.fixture
def run(tmp_path):
    def convert_entities(data, **options):
        package = read_package(write_zip(tmp_path / "package.zip", files(data)))
        return convert(package, dataset_key="test", **options)

    return convert_entities


@pytest.fixture
def graph(run):
    return lambda data, **options: Graph(run(data, **options).data)
