"""What every file in graphstore/questions keeps: a header in both languages, the columns it names, and an answer on any store."""

import re

import pytest
from questions import FOLDER

FILES = sorted(file.name for file in FOLDER.glob("*.rq"))
ABOUT_BILLS_AND_DRAFTS = ("06", "12", "23", "24", "27")


@pytest.fixture(params=FILES)
def file(request):
    return FOLDER / request.param


def header(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    return " ".join(line.removeprefix("#").strip() for line in lines if line.startswith("#"))


def test_a_file_says_what_it_asks_in_both_languages_with_parameters_and_columns(file):
    number = int(file.name[:2])
    found = re.match(
        rf"Question {number}: \w.+\? 问题 {number}：.*[一-龥].*？ Parameters: .+ Columns: \?.+", header(file)
    )
    assert found, header(file)


def test_the_columns_are_those_that_the_header_names(file, demo_store):
    named = re.findall(r"\?(\w+)", header(file).partition(" Columns: ")[2])
    assert list(demo_store.query(file.read_text(encoding="utf-8")).columns) == named


def test_a_file_asks_a_store_of_the_demonstration_without_a_failure(file, demo_store):
    result = demo_store.query(file.read_text(encoding="utf-8"))
    list(result.values())
    assert not result.failures


@pytest.mark.parametrize("number", ABOUT_BILLS_AND_DRAFTS)
def test_facts_about_bills_and_drafts_carry_their_legal_status(number):
    (file,) = FOLDER.glob(f"{number}-*.rq")
    text = file.read_text(encoding="utf-8")
    assert "tm:legalStatus" in text
    assert re.search(r"^SELECT[^{]*\?status", text, re.MULTILINE)


def test_the_list_for_people_names_every_file():
    listed = set(re.findall(r"\]\((\S+\.rq)\)", (FOLDER / "README.md").read_text(encoding="utf-8")))
    assert listed == set(FILES)
