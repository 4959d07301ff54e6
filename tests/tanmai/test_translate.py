"""Error messages in Chinese: the catalogue against the source, and what a person reads.

A failure of `test_every_message_has_its_chinese` names file, line and template; `python scripts/messages.py --paste` prints
the entries to add.
"""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanmai.render.validation import engine_of
from tanmai.settings import language_of
from tanmai.translate import HOLE, Catalogue, entries, translated

ROOT = Path(__file__).parent.parent.parent
ENTRIES = [(en, zh) for _, en, zh in entries()]


@pytest.fixture(scope="module")
def scripts():
    """The modules of scripts/, which are no package."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import message_source
        import messages
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    return messages, message_source


# ---- the catalogue against the source


def test_every_message_has_its_chinese(scripts):
    messages, _ = scripts
    catalogue = messages.Catalogue.read(ROOT / messages.CATALOGUE)
    assert messages.findings(messages.source(ROOT), catalogue) == []


SMALL = '''
class OurError(Exception):
    """."""

    def __init__(self, file, cause):
        super().__init__(f"in {file}: {cause}")

def shown(names):
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"

def _refuse(what):
    raise OurError("a.ttl", f"no {what} for {shown(['x', 'y'])}")

def check(report):
    _refuse("elements")
    place = f" in line {1}"
    place += f", column {2}"
    report.problems.append(f"it is broken{place}")
    try:
        pass
    except ValueError as error:
        raise OurError("b.ttl", f"is odd: {error}") from error
'''


def test_messages_and_their_parts_are_found_in_source(scripts):
    _, message_source = scripts
    found = {m.template: m for m in message_source.Source.of({"tanmai/small.py": SMALL}).messages()}
    assert set(found) == {
        "in {0}: {1}", "{0} and {1} more", "no {0} for {1}", "elements", " in line {0}", ", column {0}",
        " in line {0}, column {1}", "it is broken{0}", "is odd: {0}",
    }  # fmt: skip
    assert found["no {0} for {1}"].nested(set()) == {0, 1}
    assert found["no {0} for {1}"].nested({"elements"}) == {1}
    assert found["is odd: {0}"].nested(set()) == {0}
    assert found["it is broken{0}"].place == "tanmai/small.py:18"


def test_a_table_of_sentences_is_followed_into_the_module_that_it_is_imported_from(scripts):
    _, message_source = scripts
    texts = {
        "low/faults.py": 'FAULTS = {1: ("it is far too small", "name")}\n',
        "tanmai/small.py": "from low.faults import FAULTS\ndef f(x):\n    what, _ = FAULTS[x]\n    raise ValueError(f'bad: {what}')\n",
    }
    found = {m.template: m for m in message_source.Source.of(texts).messages()}
    assert set(found) == {"bad: {0}", "it is far too small"}
    assert found["it is far too small"].place == "low/faults.py:1"
    assert found["bad: {0}"].nested(set()) == {0}


def test_what_a_lint_yields_and_why_there_is_no_value_is_found(scripts):
    _, message_source = scripts
    texts = {
        "shapes/lint.py": 'def check(node):\n    yield node, f"no {node} in it"\n',
        "shapes/other.py": 'def every(node):\n    yield f"all of {node}"\n\ndef asked(x):\n    return (None, "it is not known")\n',
    }
    found = {m.template: m.place for m in message_source.Source.of(texts).messages()}
    assert found == {"no {0} in it": "shapes/lint.py:2", "it is not known": "shapes/other.py:5"}


def said(scripts, tmp_path, text, catalogue):
    messages, message_source = scripts
    (tmp_path / "tanmai.toml").write_text(catalogue, "utf-8")
    source = message_source.Source.of({"tanmai/small.py": text})
    return messages.findings(source, messages.Catalogue.read(tmp_path))


RAISES = "def f(x):\n    raise ValueError(f'no {x} here')\n"


@pytest.mark.parametrize(
    ("entries_", "words"),
    [
        ('message = []', 'tanmai/small.py:2: the message "no {0} here" has no Chinese'),
        ('[[message]]\nen = "no {0} here"\nzh = "no {0} here"', "holds no Chinese"),
        ('[[message]]\nen = "no {0} here"\nzh = "这里没有"', "the holes differ: ['0'] in English, [] in Chinese"),
        ('[[message]]\nen = "gone"\nzh = "没有了"', 'no source says "gone" any more'),
        ('[[message]]\nen = "no {0} here"\nzh = "这里没有 {0}"\n' * 2, "is there twice"),
        ('keep = ["kept"]\nmessage = []', "no source says the word 'kept'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(scripts, tmp_path, entries_, words):
    assert any(words in sentence for sentence in said(scripts, tmp_path, RAISES, entries_))


def test_a_good_catalogue_passes(scripts, tmp_path):
    assert said(scripts, tmp_path, RAISES, '[[message]]\nen = "no {0} here"\nzh = "这里没有 {0}"') == []


def test_a_hole_with_another_message_must_be_marked(scripts, tmp_path):
    text = "def f(x):\n    raise ValueError(f'no {x or \"name given\"} here')\n"
    catalogue = '[[message]]\nen = "no {0} here"\nzh = "没有 {0}"\n[[message]]\nen = "name given"\nzh = "名称"\n'
    assert any("write it {0!}" in sentence for sentence in said(scripts, tmp_path, text, catalogue))
    assert said(scripts, tmp_path, text, catalogue.replace("没有 {0}", "没有 {0!}")) == []


# ---- filling in


@given(st.sampled_from(ENTRIES), st.data())
def test_a_filled_template_becomes_its_chinese_with_the_same_values(pair, data):
    en, zh = pair
    values = {}
    for number, _ in HOLE.findall(en):
        touches = f"}}{{{number}}}" in en  # a hole right behind another takes a known phrase or nothing
        values[number] = "" if touches else data.draw(st.text("铝钢xz789#/", min_size=1, max_size=8))

    def filled(template):
        return HOLE.sub(lambda hole: values[hole[1]], template)

    if any(letter.isalpha() for letter in HOLE.sub("", en)):
        assert translated(filled(en), "zh") == filled(zh)
    else:  # a mere frame says nothing by itself
        assert translated(filled(en), "zh") == filled(en)
    assert translated(filled(en), "en") == filled(en)


@given(st.text())
def test_what_is_not_known_stays(text):
    unknown = f"§{text}§"
    assert translated(unknown, "zh") == unknown


SAID = Catalogue(
    [
        ("{0}: {1}", "{0}：{1!}"),
        ("{0}{1}: {2} failed.", "{0}{1!}：{2}失败。"),
        (", line {0}", "，第 {0} 行"),
        ("no {0} here", "此处没有{0!}"),
        ("<{0}> (in <{1}>)", "<{0}>（见于 <{1}>）"),
        ("the unit {0}", "单位 {0}"),
        ("none", "无"),
        ("file {0} is bad. Mend it.", "文件 {0} 有误。请更正。"),
    ]
)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("a.ttl: no the unit kg here", "a.ttl：此处没有单位 kg"),
        ("a.ttl: no none here", "a.ttl：此处没有无"),
        ("a.ttl, line 3: parsing failed.", "a.ttl，第 3 行：parsing失败。"),
        ("a.ttl: parsing failed.", "a.ttl：parsing失败。"),
        ("no <a> (in <b>), <c>, <d> (in <e>) here", "此处没有<a>（见于 <b>）、<c>、<d>（见于 <e>）"),
        ("file none is bad. Mend it.", "文件 none 有误。请更正。"),  # a name of the user's is not translated
        ("file <http://a. is bad. Mend it.", "文件 <http://a. 有误。请更正。"),  # brackets that stay open do not matter
        ("a.ttl: something else", "a.ttl: something else"),
        ("[Errno 2]: x: y", "[Errno 2]: x: y"),
        ("", ""),
    ],
)
def test_messages_in_messages(english, chinese):
    assert SAID.translate(english) == chinese
    assert SAID.translate(SAID.translate(english)) == chinese


def test_long_messages_take_no_time():
    import time

    begin = time.perf_counter()
    for text in (
        "a. b: (c, " * 190,
        "a. b: (c, " * 20_000,
        "(a, b" * 390 + ": x.",
        "No such option: " + "<x. " * 50_000,
    ):
        translated(text, "zh")
    assert time.perf_counter() - begin < 5


# ---- the language of a command line


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["info", "--lang", "zh"], "zh"),
        (["info", "--lang=zh", "--nonsense"], "zh"),
        (["--lang", "zh", "--lang", "en"], "en"),
        (["info", "--lang"], "en"),
        (["info", "--lang", "fr"], "en"),
        (["info", "--language", "zh"], "en"),
        ([], "en"),
    ],
)
def test_the_language_is_known_before_the_command_line_is_parsed(arguments, language, monkeypatch):
    monkeypatch.setenv("TANMAI_LANG", "en")
    assert language_of(arguments) == language


def test_the_language_of_the_environment(monkeypatch):
    monkeypatch.setenv("TANMAI_LANG", "zh")
    assert language_of(["info"]) == "zh"
    assert language_of(["info", "--lang", "en"]) == "en"


# ---- what a person reads


@pytest.fixture
def told(monkeypatch, capsys, tmp_path):
    """Run a command with `--lang zh` on an empty directory; return exit code and stderr."""
    from tanmai import cli

    monkeypatch.delenv("TANMAI_TRACEBACK", raising=False)
    monkeypatch.setenv("TANMAI_STORE", str(tmp_path / "s"))
    monkeypatch.setenv("TANMAI_LANG", "en")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments), "--lang", "zh"])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code, capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("footprnt",), "错误：没有命令 'footprnt'。是否指 'footprint'？"),
        (("footprint", "--amout", "3"), "错误：没有选项 --amout"),
        (("footprint", "a", "b"), "错误：多余的参数：b。"),
        (("load",), "错误：缺少参数"),
        (("load", "/no/such.ttl"), "'/no/such.ttl' 不存在。"),
        (("footprint", "x", "--amount", "abc"), "'--amount' 的值无效："),
        (("explain", "x", "--depth", "0"), "'--depth' 的值无效："),
        (("info",), "没有存储。请以写方式打开来创建（tanmai init），或给出其他路径。"),
        (("footprint",), "错误：输入有误：请给出产品，或用 --all，二者选一。"),
        (("load", "bad.ttl"), "bad.ttl，第 "),
        (("load", "a.foo"), "错误：a.foo：文件名后缀为 '.foo'，无法判断 RDF 格式。"),
        (("import", "a.foo"), "错误：a.foo：无法作为 zip 压缩包读取："),
        (("query", "-e", "SELECT"), "错误：SPARQL 语法错误（第 1 行"),
    ],
)
def test_errors_in_chinese(told, arguments, words, tmp_path, monkeypatch, with_knowledge):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.ttl").write_text("<urn:a> <urn:b>\n", "utf-8")
    (tmp_path / "a.foo").write_text("x", "utf-8")
    if arguments[0] == "query":
        from graphstore import GraphStore

        GraphStore.open(tmp_path / "s", mode="write").close()
    elif arguments[0] in {"import", "load"}:  # they would bring the knowledge before they look at the file
        with_knowledge(tmp_path / "s")
    code, err = told(*arguments)
    assert code == 2
    assert words in err
    assert "error:" not in err
    assert "Usage" not in err


def test_states_and_the_reason_of_another_engine_are_told_in_chinese():
    refused = (
        "Submission ab12 is accepted (accepted / 已通过), which verified (verified / 已核查) does not follow. "
        "Nothing was changed. Allowed next: none, this state is final."
    )
    assert translated(refused, "zh") == (
        "提交 ab12 的状态为 accepted (accepted / 已通过)，不能转为 verified (verified / 已核查)。"
        "未作任何更改。可转入：无，该状态为终态。"
    )
    data = {"engine": "pyshacl", "engine_reason": "no expression for x"}
    assert engine_of(data, "zh") == "校验引擎：pyshacl（x 没有对应的表达式）"
    assert engine_of(data, "en") == "Engine: pyshacl (no expression for x)"


def test_names_beside_iris_are_chinese_too(told, with_knowledge, tmp_path):
    from chains import HEAD, process

    from graphstore import GraphStore

    text = HEAD + process("bolt", inputs=((":wire", 2),))
    text += ':wire a tm:Product ; rdfs:label "钢丝"@zh, "wire"@en .\n:bolt-making rdfs:label "螺栓制造"@zh .\n'
    with GraphStore.open(with_knowledge(tmp_path / "s"), mode="write") as graph:
        graph.load_bytes(text.encode(), key="bolt", format="turtle")
    code, err = told("footprint", "bolt")
    assert code == 2
    assert '"钢丝" <https://example.org/wire>（见于 "螺栓制造" <https://example.org/bolt-making>）。请载入' in err


def test_a_fault_of_ours_in_chinese(told, monkeypatch):
    from tanmai.commands.options import Front

    def broken(*_):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(Front, "open", broken)
    code, err = told("info")
    assert code == 2
    assert err.startswith("内部错误：ZeroDivisionError: by zero\n这是 Tanmai 的缺陷")
