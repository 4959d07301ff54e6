"""What datasets are called: by their title, which is in one language, unless the graph says more."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from api.pages.labels import Labels
from api.pages.words import word
from graphstore.catalogue import ASSESSMENTS
from graphstore.terms import name

_HOLDS: Final = name("tm:namedGraph")


def title_of(labels: Labels, version: str, key: str, title: str) -> str:
    """The title of a dataset in the language of a page.

    Args:
        labels: names of nodes.
        version: IRI of the version of the dataset; one that holds what was handed in is called as its study.
        key: key of the dataset.
        title: its title in the catalogue.
    """
    if key.startswith(ASSESSMENTS):
        return word("assessment_of", labels.lang, id=key.removeprefix(ASSESSMENTS))
    submissions = labels.pointing_at(ox.NamedNode(version), _HOLDS)
    return next((named for each in submissions if (named := labels.stated(each.value))), title)
