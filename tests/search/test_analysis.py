"""What a literal scan of the text finds, the analysed search finds."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from haystack.query import SearchQuerySet
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from notebooks.parsing import InvalidNotebook, parse
from search.analysis import ATOM, SINGLE, atoms, normalise, parts
from search.engines import bigrams
from search.engines.tree import Text
from search.engines.whoosh import _sought
from search.language import read
from search.marking import cut, pieces, spans
from search.understanding import Kind, parts_of
from tests.search.conftest import ENGINES, filling, use

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

words = st.sampled_from(
    [
        "--force-reinstall",
        "/etc/hosts",
        "node-01.example.org",
        "snake_case_name",
        "NameNode",
        "HDFS_NAMENODE",
        "web17",
        "構築",
        "クラスタ",
        "ログのローテーション",
        "ｸﾗｽﾀ",
        "Ｔ０３",
        "が",
        "か\u3099",
        "é",
        "ß",
        "Σίσυφος",
        "İ",
        "한국어",
        "ไทย",
        "①",
    ]
)
texts = st.lists(words | st.text(max_size=8), max_size=12).map(" ".join) | st.text(max_size=60)


def sequence_in(wanted, every):
    """Whether the atoms stand side by side: what a phrase query of tantivy's asks."""
    return any(every[at : at + len(wanted)] == wanted for at in range(len(every) - len(wanted) + 1))


def cuts(text):
    """Where a literal search may begin or end: everywhere but inside a run of letters and digits."""
    inside = {at for match in ATOM.finditer(text) for at in range(match.start() + 1, match.end())}
    return [at for at in range(len(text) + 1) if at not in inside]


@given(texts, st.data())
def test_every_stretch_between_atoms_is_found(text, data):
    normal = normalise(text)
    places = cuts(normal)
    begin, end = sorted(data.draw(st.tuples(st.sampled_from(places), st.sampled_from(places))))
    wanted = atoms(normal[begin:end])
    assert sequence_in(wanted, atoms(text))


@given(texts, st.data())
def test_bigrams_find_what_atoms_find(text, data):
    every = atoms(text)
    assume(every)
    begin = data.draw(st.integers(0, len(every) - 1))
    wanted = tuple(every[begin : begin + data.draw(st.integers(1, 6))])
    tokens, last_is_beginning = _sought(Text("own", wanted))
    indexed = list(bigrams.paired(every))[begin : begin + len(tokens)]
    assert indexed[:-1] == tokens[:-1]
    assert indexed[-1].startswith(tokens[-1]) if last_is_beginning else indexed[-1] == tokens[-1]


@given(texts)
def test_normalising_twice_changes_no_atom(text):
    assert atoms(normalise(text)) == atoms(text)


@given(texts)
def test_case_and_width_make_no_difference(text):
    wide = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)
    assert atoms(wide) == atoms(text)


@given(st.text())
def test_an_atom_is_a_single_character_or_a_run_without_any(text):
    for atom in atoms(text):
        assert len(atom) == 1 or not SINGLE.search(atom)


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("NameNode", {"name", "node"}),
        ("NullPointerException2", {"null", "pointer", "exception", "2"}),
        ("getHTTPResponse", {"get", "http", "response"}),
        ("web17", {"web", "17"}),
        ("plain", set()),
        ("UPPER", set()),
        ("QmFzZTY0IGlzIG5vdCB3b3JkcyBhbmQgbmVlZHM", set()),
        ("Ｎａｍｅ構築Node", set()),
    ],
)
def test_words_written_together_have_parts(word, pieces):
    assert parts(word) == pieces


@given(texts)
def test_marks_lie_in_order_inside_the_text(text):
    wanted = [tuple(found) for word in text.split() if (found := atoms(word))][:3]
    marked = spans(text, wanted)
    assert marked == sorted(marked)
    assert all(0 <= start < end <= len(text) for start, end in marked)
    assert all(before[1] < after[0] for before, after in pairwise(marked))
    assert "".join(piece for piece, _ in cut(text, marked)) == text


@given(texts)
def test_every_word_of_a_text_is_marked_in_it(text):
    for word in text.split():
        if found := tuple(atoms(word)):
            assert spans(text, [found])


@pytest.mark.parametrize(
    ("text", "wanted", "marked"),
    [
        ("クラスタの構築手順", "築手", ["築手"]),
        ("ｸﾗｽﾀの構築", "クラスタ", ["ｸﾗｽﾀ"]),
        ("かﾞ か\u3099", "が", ["かﾞ", "か\u3099"]),
        ("NameNode namenode", "node", ["Node", "node"]),
        ("node NameNode", "node", ["node"]),
        ("ＡＢＣ abc", "abc", ["ＡＢＣ", "abc"]),
        ("cat /etc/hosts; cat /etc-hosts", "/etc/hosts", ["etc/hosts", "etc-hosts"]),
        ("İstanbul", "stanbul", ["stanbul"]),
        ("a_b ab", "a_b", ["a_b"]),
        ("10㌔先", "キ", ["㌔"]),
    ],
)
def test_marks_stand_where_the_words_stand(text, wanted, marked):
    assert [piece for piece, is_marked in pieces(text, [tuple(atoms(wanted))]) if is_marked] == marked


@given(st.text(max_size=200))
def test_any_text_is_understood(text):
    query = read(text)
    words = [part for part in parts_of(query) if part.kind in {Kind.WORD, Kind.PHRASE, Kind.PREFIX}]
    assert all(atoms(part.text) for part in words)
    assert parts_of(read(query.raw)) == parts_of(query)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("tar backup", [("word", "tar"), ("word", "backup")]),
        ("ディスク　逼迫", [("word", "ディスク"), ("word", "逼迫")]),
        ('"permission denied" x', [("phrase", "permission denied"), ("word", "x")]),
        ("“no such file”", [("phrase", "no such file")]),
        ('host="web 17"', [("word", "host="), ("phrase", "web 17")]),
        ('host="web 17', [("word", "host="), ("word", "web"), ("word", "17")]),
        ("-word (a)", [("word", "word"), ("word", "a")]),
        ("a b OR c", [("group", "a b OR c")]),
        ("-owner:kato,sato", [("field", "kato, sato")]),
        ("&& ls", [("ignored", "&&"), ("word", "ls")]),
        (
            "8f5c5fe2-71cc-11e7-9abe-02420aff0008 8F5C5FE2-71cc-11e7-9abe-02420aff0008-1-57f4",
            [
                ("meme", "8f5c5fe2-71cc-11e7-9abe-02420aff0008"),
                ("branch", "8F5C5FE2-71cc-11e7-9abe-02420aff0008-1-57f4"),
            ],
        ),
        (" ".join(["a"] * 26), [("word", "a")] * 24),
    ],
)
def test_queries_are_understood_so(text, terms):
    assert [(str(part.kind), part.text) for part in parts_of(read(text))] == terms


# --- On the engines themselves


def fill(backend, documents):
    with filling(backend) as writer:
        for number, text in enumerate(documents):
            writer.add(
                {
                    "id": f"notebooks.cell.{number}-0",
                    "django_ct": "notebooks.cell",
                    "kind": "code",
                    "source": normalise(text),
                    "parts": " ".join(parts(text)),
                }
            )


def found(text):
    results = SearchQuerySet().filter(own__exact=text)
    results.query.set_limits(0, 10_000)
    return {int(result.id.split(".")[2].split("-")[0]) for result in results.query.get_results()}


@settings(max_examples=15, deadline=None)
@given(documents=st.lists(texts, min_size=1, max_size=8), data=st.data())
@pytest.mark.parametrize("name", ENGINES)
def test_engines_find_every_stretch_of_what_they_hold(name, documents, data, tmp_path_factory):
    class Settings:
        pass

    fill(use(Settings(), tmp_path_factory.mktemp("index"), name), documents)
    for number, text in enumerate(documents):
        normal = normalise(text)
        places = cuts(normal)
        begin, end = sorted(data.draw(st.tuples(st.sampled_from(places), st.sampled_from(places))))
        if atoms(normal[begin:end]):
            assert number in found(normal[begin:end])


@pytest.mark.parametrize("name", ENGINES)
def test_a_character_newer_than_pythons_unicode_only_separates(name, tmp_path):
    class Settings:
        pass

    fill(use(Settings(), tmp_path, name), ["restart 0\U00013460 nginx"])
    assert found("restart 0") == found("nginx") == {0}


def literally(wanted, text):
    """A scan for the text itself, whole words where it begins or ends with one, as `grep -iw` does."""
    wanted, text = normalise(wanted), normalise(text)
    before = "" if SINGLE.match(wanted[0]) or not ATOM.match(wanted[0]) else r"(?<![^\W_])"
    after = "" if SINGLE.match(wanted[-1]) or not ATOM.match(wanted[-1]) else r"(?![^\W_])"
    return re.search(before + re.escape(wanted) + after, text) is not None


@pytest.fixture(scope="module")
def corpus():
    """Sources of real cells, each once."""
    if not CORPUS.is_dir():
        pytest.skip("the real runbooks are not beside this checkout")
    sources = {}
    for path in sorted(CORPUS.rglob("*.ipynb")):
        try:
            cells = parse(path.read_bytes()).cells
        except InvalidNotebook:
            continue
        sources |= dict.fromkeys(cell.source for cell in cells)
    return list(sources)


@pytest.mark.corpus
@pytest.mark.parametrize("name", ENGINES)
def test_real_cells_are_found_as_a_literal_scan_finds_them(name, corpus, settings, tmp_path):
    documents = corpus if name == "tantivy" else corpus[:3000]
    fill(use(settings, tmp_path, name), documents)
    for wanted in [
        "構",
        "構築",
        "クラスタ",
        "ー",
        "を確認",
        "import",
        "/etc/hosts",
        "ansible_ssh_user",
        "10.0",
        "-m",
        "HDFS",
    ]:
        missed = {number for number, text in enumerate(documents) if literally(wanted, text)} - found(wanted)
        assert not missed, (wanted, [documents[number][:80] for number in list(missed)[:3]])
