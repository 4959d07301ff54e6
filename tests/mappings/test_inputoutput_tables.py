"""Input-output tables from CSV: what comes in, and one clear error for what cannot."""

import json

import numpy as np
import pyoxigraph as ox
import pytest
from economies import BASE, CODES, A, R, emissions, matrix, sector, turtle, write
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.errors import ArgumentError, MappingError, PackageError
from mappings.inputoutput import convert, is_manifest, read_manifest
from mappings.inputoutput.tables import CellError

TM = "https://w3id.org/tanmai/ontology#"
X = (50.0, 200.0, 80.0)
Z = np.array(A) * X


def read(manifest):
    return convert(read_manifest(manifest), base=BASE)


def graph(text):
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TURTLE)
    return store


def amounts(text):
    """Amount of every input between sectors, by (seller, buyer), and of every emission."""
    store = graph(text)
    rows = store.query(
        f"SELECT ?process ?flow ?amount ?side {{ ?process ?side ?e . ?e <{TM}flow> ?flow ; <{TM}amount> ?amount }}"
    )
    found = {}
    for process, flow, amount, side in rows:
        name = side.value.rpartition("#")[2]
        if name in {"input", "emission", "output"}:
            found[process.value.rpartition("/")[2], flow.value.rpartition("/")[2], name] = float(amount.value)
    return found


def test_what_comes_in(tmp_path):
    text = turtle(write(tmp_path, texts={"a.csv": matrix([[0.1, 0, 0.05], [0.15, 0.1, 0.3], [0.05, 0.02, 0.1]])}))
    found = amounts(text)
    assert ("2", "1", "input") not in found  # zeros are not stored
    assert found["3", "2", "input"] == 0.3
    assert found["3", "CO2-fossil", "emission"] == 5.0
    assert found["1", "1", "output"] == 1.0
    assert sum(side == "input" for _, _, side in found) == 8
    store = graph(text)
    table = f"{BASE}/id/input-output-table/three"
    said = {
        q.predicate.value.rpartition("#")[2]: q.object.value
        for q in store.quads_for_pattern(ox.NamedNode(table), None, None)
    }
    assert said["priceYear"] == said["referenceYear"] == "2020"
    assert said["currency"] == "http://qudt.org/vocab/unit/CCY_CNY"
    assert said["unit"] == "https://w3id.org/tanmai/id/unit/CNY-2020"
    assert said["tableScope"].endswith("/total")
    assert said["priceBasis"].endswith("/basic")
    energy = list(store.quads_for_pattern(None, ox.NamedNode(f"{TM}suppliesEnergy"), None))
    assert [q.subject.value for q in energy] == [sector("3", kind="sector")]


def test_the_report(tmp_path):
    report = read(write(tmp_path)).report
    assert report.counts == {"sectors": 3, "coefficients": 9, "kinds of emission": 1, "energy sectors": 1}
    assert report.warnings == []
    assert json.dumps(report.as_dict())


def test_transactions_keep_the_published_numbers(tmp_path):
    files = {"transactions": '"z.csv"', "output": '"x.csv"', "emissions": '"e.csv"', "emissions_are": '"total"'}
    texts = {
        "z.csv": matrix(Z), "x.csv": "sector,output\n3,80\n1,50\n2,200\n",
        "e.csv": emissions(np.array(R) * X / 1000, unit="t"),
    }  # fmt: skip
    found = amounts(turtle(write(tmp_path, files=files, texts=texts)))
    assert found["3", "3", "output"] == 80.0
    assert found["3", "2", "input"] == Z[1, 2] == 24.0
    assert found["3", "CO2-fossil", "emission"] == 0.4


def test_supply_and_use_become_commodities(tmp_path):
    """The tables of the hand-worked example: A = [[0.09, 0.05], [0.21, 0.25]], R = 0.6, 1.0."""
    files = {"make": '"v.csv"', "use": '"u.csv"', "emissions": '"e.csv"', "emissions_are": '"total"'}
    texts = {
        "v.csv": matrix([[80, 0], [20, 100]], ("i1", "i2"), ("c1", "c2")),
        "u.csv": matrix([[8, 6], [16, 30]], ("c1", "c2"), ("i1", "i2")),
        "e.csv": emissions([40, 120], ("i1", "i2")),
    }
    found = amounts(turtle(write(tmp_path, files=files, texts=texts, energy_sectors='["c2"]')))
    inputs = {key[:2]: value for key, value in found.items() if key[2] == "input"}
    assert inputs == pytest.approx({("c1", "c1"): 0.09, ("c1", "c2"): 0.21, ("c2", "c1"): 0.05, ("c2", "c2"): 0.25})
    assert found["c1", "CO2-fossil", "emission"] == pytest.approx(0.6)
    assert found["c2", "CO2-fossil", "emission"] == pytest.approx(1.0)


def test_what_nobody_makes_is_a_gap_and_what_does_nothing_is_left_out(tmp_path):
    codes = (*CODES, "import", "empty")
    z = np.zeros((5, 5))
    z[:3, :3] = Z
    z[3, 0] = 2.0
    files = {"transactions": '"z.csv"', "output": '"x.csv"', "emissions": '"e.csv"', "emissions_are": '"per-output"'}
    texts = {
        "z.csv": matrix(z, codes, codes), "x.csv": "sector,output\n1,50\n2,200\n3,80\nimport,0\nempty,0\n",
        "e.csv": emissions((*R, 0, 0), codes),
    }  # fmt: skip
    made = read(write(tmp_path, files=files, texts=texts))
    store = graph(made.data.decode())
    process = ox.NamedNode(f"{TM}Sector")
    assert len(list(store.quads_for_pattern(None, None, process))) == 3
    assert amounts(made.data.decode())["1", "import", "input"] == 2.0
    first, second = made.report.warnings
    assert "import" in first
    assert "--unlinked cutoff" in first
    assert "empty" in second


def test_co2e_only_emissions_keep_their_gwp_set(tmp_path):
    rows = "".join(f"{c},CO2e,fossil,{r},kg,AR5\n" for c, r in zip(CODES, R, strict=True))
    text = turtle(write(tmp_path, texts={"e.csv": "sector,gas,category,amount,unit,gwp_set\n" + rows}))
    store = graph(text)
    factors = list(store.quads_for_pattern(None, ox.NamedNode(f"{TM}gwpSet"), None))
    assert [q.object.value.rpartition("/")[2] for q in factors] == ["AR5"]
    assert len(list(store.quads_for_pattern(None, ox.NamedNode(f"{TM}defaultProvider"), factors[0].subject))) == 3


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(1e-300, 0.3), min_size=9, max_size=9))
def test_numbers_come_back_exactly(tmp_path_factory, cells):
    a = np.array(cells).reshape(3, 3)
    found = amounts(turtle(write(tmp_path_factory.mktemp("io"), texts={"a.csv": matrix(a)})))
    assert [found[buyer, seller, "input"] for seller in CODES for buyer in CODES] == cells


@pytest.mark.parametrize("code", ["电力", "31.1 A/b", "a~b", "{}", "<x>", 'q"', "100%", "..x"])
def test_any_code_names_a_sector(tmp_path, code):
    quoted = '"' + code.replace('"', '""') + '"'
    header = f",1,2,{quoted}\n"
    rows = "".join(f"{c},{','.join(map(str, row))}\n" for c, row in zip(("1", "2", quoted), A, strict=True))
    stated = emissions(R).replace("3,CO2", f"{quoted},CO2")
    toml = "[" + json.dumps(code, ensure_ascii=False) + "]"
    names = f"code,name_en\n{quoted},odd\n"
    made = read(write(tmp_path, texts={"a.csv": header + rows, "e.csv": stated, "s.csv": names}, energy_sectors=toml))
    store = graph(made.data.decode())
    assert len(list(store.quads_for_pattern(None, None, ox.NamedNode(f"{TM}Sector")))) == 3


def test_the_same_files_give_the_same_bytes(tmp_path):
    manifest = write(tmp_path)
    assert read(manifest).data == read(manifest).data


# ---- detection


def test_a_manifest_is_known_by_its_content(tmp_path):
    manifest = write(tmp_path)
    renamed = tmp_path / "table.txt"
    renamed.write_bytes(manifest.read_bytes())
    archive = tmp_path / "package.zip"
    archive.write_bytes(b"PK\x03\x04" + bytes(40))
    assert is_manifest(manifest)
    assert is_manifest(renamed)
    assert not is_manifest(archive)
    assert not is_manifest(tmp_path)


# ---- errors name file, row and column


@pytest.mark.parametrize(
    ("name", "text", "row", "column", "says"),
    [
        ("a.csv", matrix(A).replace("0.3", "n/a"), 3, "3", "'n/a' is no finite number"),
        ("a.csv", matrix(A).replace("0.3", ""), 3, "3", "is empty; write 0"),
        ("a.csv", matrix(A).replace("0.3", "nan"), 3, "3", "no finite number"),
        ("a.csv", matrix(A).replace("0.3", "1_0"), 3, "3", "no finite number"),
        ("a.csv", matrix(A).replace("0.02", "-0.02"), 4, "2", "negative"),
        ("e.csv", emissions(R).replace("5.0", "five"), 4, "amount", "'five'"),
        ("e.csv", emissions(R).replace("2,CO2", "2,XYZ"), 3, "gas", "'XYZ' in category 'fossil'"),
        ("e.csv", emissions(R).replace("2,CO2,fossil,0.6,kg", "2,CO2,fossil,0.6,kWh"), 3, "unit", "no unit of mass"),
        ("e.csv", emissions(R).replace("2,CO2,fossil,0.6,kg", "2,CO2,fossil,0.6,"), 3, "unit", "no unit of mass"),
        ("e.csv", emissions(R).replace("3,CO2", "9,CO2"), 4, "sector", "'9' is no sector"),
        ("e.csv", emissions(R) + "3,CO2,fossil,1,kg\n", 5, "sector", "twice"),
        ("e.csv", emissions(R, gas="CO2e"), 2, "gwp_set", "no GWP set"),
        ("s.csv", "code,name_en\n9,x\n", 2, "code", "'9' is no sector"),
    ],
)
def test_a_wrong_cell(tmp_path, name, text, row, column, says):
    with pytest.raises(CellError) as refused:
        read(write(tmp_path, texts={name: text}))
    error = refused.value
    assert (error.file, error.row, error.column) == (str(tmp_path / name), row, column)
    assert f"row {row}, column {column}" in str(error)
    assert says in str(error)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "", "row 1 holds no code"),
        ("a.csv", ",1,2,3\n1,0,0\n", "row 2 has 3 cells, the header 4"),
        ("a.csv", matrix(A, columns=("1", "2", "2")), "column code '2' is empty or repeated"),
        ("a.csv", matrix(A, rows=("1", "2", "")), "row code '' is empty or repeated"),
        ("a.csv", matrix(A, rows=("1", "2", "..")), "'..' is empty or repeated"),
        ("a.csv", matrix(A, rows=("1", "2", "4")), "no row for sector 3"),
        ("a.csv", matrix([[0.5, 0.1, 0], [0.4, 0.1, 0], [0.3, 0, 0]]), "sector <1> buys inputs for 1.2 per 1"),
        ("a.csv", ',"1\n', "is no CSV table"),
        ("e.csv", emissions(R).replace("3,CO2,fossil,5.0,kg\n", ""), "states no CO2-fossil for sector 3"),
        ("e.csv", "sector,gas,category,amount,unit\n", "states no emission"),
        ("e.csv", "sector,gas\n", "the column category is missing"),
        ("e.csv", emissions(R).replace("unit\n", "unit,note\n", 1), "'note' is unknown"),
        ("e.csv", emissions(R).replace("3,CO2,fossil,5.0,kg", "3,CO2,fossil,5.0,kg,"), "row 4 has 6 cells"),
    ],
)
def test_a_wrong_file(tmp_path, name, text, says):
    with pytest.raises(PackageError) as refused:
        read(write(tmp_path, texts={name: text}))
    assert refused.value.file == str(tmp_path / name)
    assert says in str(refused.value)


def test_a_file_that_is_not_utf8(tmp_path):
    manifest = write(tmp_path)
    (tmp_path / "s.csv").write_bytes("code,name_zh\n1,制造业\n".encode("gb18030"))
    with pytest.raises(PackageError, match="not UTF-8"):
        read(manifest)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"year": None}, r"\[table\] year is None; state a year"),
        ({"price_year": None}, r"price_year is None; state a year"),
        ({"price_year": '"2020"'}, "price_year"),
        ({"multiple": None}, "multiple is None; state a positive number"),
        ({"multiple": "-1"}, "multiple is -1"),
        ({"multiple": "inf"}, "multiple is inf"),
        ({"currency": '"XXX"'}, "'XXX', which is no known currency"),
        ({"geography": '"Atlantis"'}, "'Atlantis', which is no known place"),
        ({"scope": None}, r"\[table\] scope is missing"),
        ({"scope": '"imports"'}, "choose one of domestic, total"),
        ({"prices": '"retail"'}, "choose one of basic, producer, purchaser"),
        ({"source": '" "'}, "source"),
        ({"licence": None}, "licence is missing"),
        ({"energy_sectors": '["7"]'}, "energy_sectors names '7'"),
        ({"energy_sectors": None}, "energy_sectors is None"),
        ({"illustrative": '"yes"'}, "write true or false"),
        ({"title_en": None, "title_zh": None}, "title_en is missing"),
        ({"issued": '"2022-09-30"'}, "write a day such as"),
        ({"colour": '"red"'}, "colour is no field"),
        ({"files": {"coefficients": '"no.csv"', "emissions": '"e.csv"', "emissions_are": '"per-output"'}}, "no.csv: cannot be read"),
        ({"files": {"coefficients": '"a.csv"', "emissions": '"e.csv"', "emissions_are": '"total"'}}, "without outputs"),
        ({"files": {"coefficients": '"a.csv"', "emissions": '"e.csv"'}}, "emissions_are is missing"),
        ({"files": {"emissions": '"e.csv"', "emissions_are": '"total"'}}, "gives no table"),
        ({"files": {"coefficients": '"a.csv"', "make": '"v.csv"', "emissions": '"e.csv"'}}, "coefficients and supply-use"),
        ({"more": '[[price_index]]\namount = 1.1\nunit = "CNY-2023"\nper = "CNY-2020"\n'}, r"\[price_index\] source is missing"),
        ({"more": '[[price_index]]\namount = 0\nunit = "CNY-2023"\nper = "CNY-2020"\nsource = "x"\n'}, "amount is 0"),
        ({"more": '[[price_index]]\namount = 1\nunit = "USD-2020"\nper = "CNY-2020"\nsource = "x"\n'}, "no price index"),
        ({"more": '[[exchange_rate]]\namount = 1\nunit = "USD-2021"\nper = "CNY-2020"\nsource = "x"\n'}, "no exchange rate"),
        ({"more": '[[exchange_rate]]\namount = 1\nunit = "USD"\nper = "CNY-2020"\nsource = "x"\n'}, "currency and base year"),
        ({"more": "[rates]\n"}, r"\[rates\] is no part"),
        ({"more": "x ="}, "is no TOML"),
    ],
)  # fmt: skip
def test_a_wrong_manifest(tmp_path, fields, says):
    with pytest.raises(PackageError, match=says):
        read(write(tmp_path, **fields))


def test_negative_cells_are_a_stated_choice(tmp_path):
    cells = {"a.csv": matrix(A).replace("0.02", "-0.02")}
    zeroed = read(write(tmp_path, texts=cells, negative_cells='"zero"'))
    assert ("2", "3", "input") not in amounts(zeroed.data.decode())
    kept = read(write(tmp_path, texts=cells, negative_cells='"keep"'))
    assert amounts(kept.data.decode())["2", "3", "input"] == -0.02
    assert [w for made in (zeroed, kept) for w in made.report.warnings if "1 cells are negative, -0.02" in w] == [
        "1 cells are negative, -0.02 in all; they were set to zero.",
        "1 cells are negative, -0.02 in all; they were kept; the three tiers refuse such a table.",
    ]


def test_negative_value_added_is_a_stated_choice(tmp_path):
    cells = {"a.csv": matrix([[0.5, 0.1, 0], [0.4, 0.1, 0], [0.3, 0, 0]])}
    with pytest.raises(PackageError, match="negative_value_added = true"):
        read(write(tmp_path, texts=cells))
    made = read(write(tmp_path, texts=cells, negative_value_added="true"))
    assert made.report.warnings == ["1 sectors buy for as much as they make or more: 1."]


def test_a_base_that_is_no_iri(tmp_path):
    with pytest.raises(ArgumentError):
        convert(read_manifest(write(tmp_path)), base="not an iri")
    assert issubclass(CellError, MappingError)
