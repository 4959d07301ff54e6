"""Reading packages: archives and folders, both schema versions, broken and odd files."""

import io
import json
import random
import zipfile

import pytest
from olca_fixtures import FOLDER, Graph, edit, entities, files, old_style, write_zip

from mappings.errors import ArgumentError, PackageError
from mappings.olca import convert, read_package


def converted(package):
    return convert(package, dataset_key="test").data


@pytest.fixture
def folder(tmp_path):
    def write(members, name="package"):
        for path, raw in members.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(raw)
        return tmp_path / name

    return write


def test_folder_archive_and_nested_archive_read_the_same(tmp_path, folder):
    members = files(entities())
    from_folder = converted(read_package(folder(members)))
    from_zip = converted(read_package(write_zip(tmp_path / "a.zip", members)))
    nested = converted(read_package(write_zip(tmp_path / "b.zip", {f"top/{k}": v for k, v in members.items()})))
    assert from_folder == from_zip == nested


def test_both_schema_versions_give_the_same_triples(folder):
    new, old = read_package(folder(files(entities()), "new")), read_package(folder(files(old_style(entities())), "old"))
    assert (new.schema, old.schema) == ("2.x", "1.x")
    assert converted(new) == converted(old)


@pytest.mark.parametrize("seed", range(5))
def test_order_of_files_does_not_matter(tmp_path, seed):
    members = list(files(entities()).items())
    first = converted(read_package(write_zip(tmp_path / "a.zip", dict(members))))
    random.Random(seed).shuffle(members)
    assert converted(read_package(write_zip(tmp_path / "b.zip", dict(members)))) == first


def test_type_is_told_by_the_folder_where_it_is_not_stated(folder):
    bare = {
        name: json.dumps({k: v for k, v in json.loads(raw).items() if k != "@type"}).encode()
        for name, raw in files(entities()).items()
    }
    assert converted(read_package(folder(bare))) == converted(read_package(folder(files(entities()), "typed")))


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (b'{"@type": "Actor",', "broken JSON: .* line 1, column"),
        (b'{"name": "\xff"}', "not UTF-8"),
        (b"[1, 2]", "holds a JSON list"),
        (b"[" * 100_000, "nested too deeply|broken JSON"),
        (b'{"@type": "Actor", "year": ' + b"9" * 5000 + b"}", "broken JSON"),
    ],
)
def test_a_broken_file_is_named_with_its_cause(folder, raw, cause):
    with pytest.raises(PackageError, match=cause) as error:
        read_package(folder(files(entities()) | {"actors/bad.json": raw}))
    assert error.value.file == "actors/bad.json"


def test_byte_order_mark_and_hidden_files(folder):
    members = files(entities())
    marked = {name: b"\xef\xbb\xbf" + raw for name, raw in members.items()}
    junk = {"__MACOSX/flows/._x.json": b"\0", "flows/._x.json": b"\0", ".git/x.json": b"{"}
    assert converted(read_package(folder(marked | junk))) == converted(read_package(folder(members, "plain")))


def test_one_identifier_twice(folder):
    members = files(entities())
    copy = members["actors/a-1.json"]
    package = read_package(folder(members | {"actors/copy.json": copy}))
    assert package.repeated == [("actors/copy.json", "actors/a-1.json")]
    assert any("actors/copy.json repeats" in w for w in convert(package, dataset_key="t").report.warnings)
    with pytest.raises(PackageError, match=r"second Actor a-1 that differs from actors/a-1\.json") as error:
        read_package(folder({"actors/other.json": copy.replace(b"Ada", b"Bob")}))
    assert error.value.file == "actors/other.json"


@pytest.mark.parametrize("name", [None, 5, {"first": "Ada"}, "", "\ud800", 'O\'Hara "the\nboss"\\', "\0", "名" * 5000])
def test_odd_names_do_not_stop_the_import(folder, name):
    data = edit(edit(entities(), "a-1", name=name), "p-hydro", name=name)
    conversion = convert(read_package(folder(files(data))), dataset_key="t")
    label = Graph(conversion.data).value("actor/a-1", "http://www.w3.org/2000/01/rdf-schema#label")
    assert label == ((name.strip() if isinstance(name, str) else "") or "a-1").replace("\ud800", "�")
    assert any("actors/a-1.json" in w for w in conversion.report.warnings) == (label == "a-1")


def test_an_actor_without_name_field(folder):
    data = entities()
    del next(item for item in data if item["@id"] == "a-1")["name"]
    assert convert(read_package(folder(files(data))), dataset_key="t").report.counts["actors"] == 1


def test_unknown_types_are_counted(folder):
    data = [*entities(), {"@type": "ImpactMethod", "@id": "m-1"}, {"@type": "ImpactMethod", "@id": "m-2"}]
    package = read_package(folder(files(data) | {"openlca.json": b'{"schemaVersion": 2}', "context.json": b"[]"}))
    assert package.ignored == {"ImpactMethod": 2, "openlca.json": 1, "context.json": 1}
    assert package.entities.keys() <= FOLDER.keys()


def test_what_is_no_package(tmp_path):
    with pytest.raises(PackageError, match="no such file or folder"):
        read_package(tmp_path / "absent.zip")
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(PackageError, match="cannot be read as a zip archive"):
        read_package(tmp_path / "text.zip")
    with pytest.raises(PackageError, match="no openLCA process or flow"):
        read_package(write_zip(tmp_path / "empty.zip", {}))
    (tmp_path / "folder").mkdir()
    with pytest.raises(PackageError, match="no openLCA process or flow"):
        read_package(tmp_path / "folder")


def test_a_damaged_archive(tmp_path):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files(entities()).items():
            archive.writestr(name, raw * 3)
    raw = bytearray(whole.getvalue())
    raw[60:90] = bytes(30)
    (tmp_path / "bad.zip").write_bytes(raw)
    with pytest.raises(PackageError):
        read_package(tmp_path / "bad.zip")


def packed(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return path


def test_the_limit_on_what_an_archive_unpacks_to(tmp_path, folder, monkeypatch):
    members = files(entities())
    size = sum(len(raw) for raw in members.values())
    path = packed(tmp_path / "a.zip", members | {"readme.txt": b" " * size})
    monkeypatch.setenv("TANMAI_UNPACK_LIMIT", str(size - 1))
    with pytest.raises(PackageError, match=f"unpack to more than {size - 1:,}, .* TANMAI_UNPACK_LIMIT") as error:
        read_package(path)
    assert error.value.file == str(path)
    assert read_package(folder(members))["Process"], "a folder is already unpacked"
    monkeypatch.setenv("TANMAI_UNPACK_LIMIT", str(size))
    assert read_package(path)["Process"], "what is not read does not count"
    monkeypatch.setenv("TANMAI_UNPACK_LIMIT", "much")
    with pytest.raises(PackageError, match="TANMAI_UNPACK_LIMIT is 'much'"):
        read_package(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = packed(tmp_path / "bomb.zip", files(entities()) | {"flows/bomb.json": b" " * (17 << 20)})
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(PackageError, match="unpack to more than 200 times as many"):
        read_package(path)
    monkeypatch.setattr("mappings.olca.package.MAX_ENTITY", (17 << 20) - 1)
    with pytest.raises(
        PackageError, match="unpacks to 17,825,792 bytes; one file of a package may have 17,825,791"
    ) as error:
        read_package(path)
    assert error.value.file == "flows/bomb.json"


def test_a_member_that_is_larger_than_it_says(tmp_path):
    path = packed(tmp_path / "a.zip", files(entities()) | {"flows/z.json": b" " * 100_000})
    raw = path.read_bytes()
    assert raw.count((100_000).to_bytes(4, "little")) == 2, "before the member and in the directory"
    path.write_bytes(raw.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(PackageError, match="cannot be read as a zip archive: Bad CRC"):
        read_package(path)


@pytest.mark.parametrize("base", ["", "local", "https://example.org/", "https://exa mple.org"])
def test_a_base_that_cannot_start_an_iri(folder, base):
    with pytest.raises(ArgumentError, match="cannot start an IRI"):
        convert(read_package(folder(files(entities()))), dataset_key="t", base=base)


def test_an_empty_data_set_key(folder):
    with pytest.raises(ArgumentError, match="data set key is empty"):
        convert(read_package(folder(files(entities()))), dataset_key=" ")
