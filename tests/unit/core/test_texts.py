"""Errors, problems, paths, citations, provenance and the two languages."""

from pathlib import Path

import pytest

from insula.core import i18n, paths, provenance
from insula.core.citations import format_reference, read_bibliography
from insula.core.errors import InsulaError, InvalidText, UnknownName, close_names
from insula.core.problems import Problem, error, in_order, raise_if_any, warning
from insula.core.spoken import speaking

ROOT = Path("/science")


def test_an_unknown_name_offers_what_is_close():
    assert str(UnknownName("study", "reichman_2024", ["reichman_2025", "yao_2022"])) == (
        'There is no study "reichman_2024". Did you mean "reichman_2025"?'
    )


@pytest.mark.parametrize(
    ("part", "close"),
    [
        ("reichman", ["reichman_2025_zimislecel"]),
        ("Zimis", ["zimislecel_full_dose", "reichman_2025_zimislecel"]),
        ("2025", ["bergman_2025", "reichman_2025_zimislecel"]),
        ("man", []),
        ("re", []),
        ("yao_2022", ["yao_2022"]),
    ],
)
def test_a_part_of_a_long_name_is_close_to_it_from_the_start_of_a_word(part, close):
    names = ["reichman_2025_zimislecel", "zimislecel_full_dose", "yao_2022", "yao_2022_pbsc", "bergman_2025"]
    assert close_names(part, names) == close


def test_an_unknown_name_lists_what_there_is_when_nothing_is_close():
    assert str(UnknownName("study", "zzz", ["b", "a"])) == 'There is no study "zzz". Known: a, b.'
    assert str(UnknownName("study", "zzz", [])) == 'There is no study "zzz".'


def test_errors_are_told_in_the_language_that_is_spoken():
    def told():
        return str(UnknownName("question", "stop", ["stop_insulin"])), error(
            ROOT / "a.csv", "x", row=4
        ).render(ROOT)

    english = told()
    with speaking(i18n.translator("zh")):
        assert told() == ('没有名为“stop”的问题。 是否指 "stop_insulin"？', "错误 a.csv 第 4 行  x")
    assert told() == english


def test_a_problem_reads_as_in_the_manual():
    text = error(ROOT / "m/glucose.ant", 'symbol "Ii" has no row.', 'Did you mean "I"?', line=18)
    row = warning(ROOT / "m/parameters.csv", "place is empty.", row=4, key="S_I")
    assert text.render(ROOT) == 'ERROR m/glucose.ant:18  symbol "Ii" has no row.\n      Did you mean "I"?'
    assert row.render(ROOT) == "WARN  m/parameters.csv row 4 (S_I)  place is empty."
    assert str(Problem("error", Path("a.bib"), None, "gone.")) == "ERROR a.bib  gone."


def test_all_problems_are_raised_together_in_order_and_warnings_alone_are_not():
    late, early = error(ROOT / "b", "x", line=9), error(ROOT / "b", "y", line=2)
    with pytest.raises(InvalidText) as trouble:
        raise_if_any([late, warning(ROOT / "a", "w"), early, late])
    assert [p.message for p in trouble.value.problems] == ["w", "y", "x"]
    assert in_order([late, late]) == [late]
    raise_if_any([warning(ROOT / "a", "w")])


def test_the_science_folder_can_be_chosen_and_a_wrong_choice_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("INSULA_SCIENCE", str(tmp_path))
    with pytest.raises(InsulaError, match="looked for a folder with biology/ in .*Set INSULA_SCIENCE"):
        paths.science_root()
    (tmp_path / "biology").mkdir()
    assert paths.science_root() == tmp_path.resolve()


def test_another_science_folder_is_seen_at_once_also_by_its_name_from_another_place(tmp_path, monkeypatch):
    for place in ("a", "b"):
        (tmp_path / place / "science" / "biology").mkdir(parents=True)
    for place in ("a", "b"):
        monkeypatch.setenv("INSULA_SCIENCE", str(tmp_path / place / "science"))
        assert paths.science_root() == (tmp_path / place / "science").resolve()
    monkeypatch.setenv("INSULA_SCIENCE", "science")
    for place in ("a", "b"):
        monkeypatch.chdir(tmp_path / place)
        assert paths.science_root() == (tmp_path / place / "science").resolve()


def test_the_cache_folder_is_made_where_it_was_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("INSULA_CACHE", raising=False)
    assert paths.cache_dir() == tmp_path / "xdg" / "insula"
    monkeypatch.setenv("INSULA_CACHE", str(tmp_path / "own"))
    assert paths.cache_dir().is_dir()


BIB = """A comment.
@article{bergman1979,
  author = {Bergman, R. N. and Ider, Y. Z. and Bowden, C. R. and Cobelli, C.},
  title = {Quantitative estimation of {insulin} sensitivity},
  journal = {Am J Physiol}, year = 1979,
  doi = {10.1152/x}
}
@misc{who2020, title = {Nameless}, pmid = {123}}
"""


def test_a_reference_reads_as_a_line_with_its_link(tmp_path):
    (tmp_path / "c.bib").write_text(BIB)
    entries, problems = read_bibliography(tmp_path / "c.bib")
    assert problems == []
    assert entries["bergman1979"].line == 2
    assert format_reference(entries["bergman1979"]) == (
        "Bergman, R. N. et al. (1979). Quantitative estimation of insulin sensitivity. Am J Physiol. "
        "https://doi.org/10.1152/x"
    )
    assert (
        format_reference(entries["who2020"])
        == "Anonymous (n.d.). Nameless. https://pubmed.ncbi.nlm.nih.gov/123/"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "@article{a1999, title = {open",
            'ERROR c.bib:1  entry "a1999" is not readable: field "title" does not end.',
        ),
        (
            "@article{a1999, doi = {1}}\n@misc{a1999, doi = {1}}",
            'ERROR c.bib:2  entry "a1999" is there twice.',
        ),
        ("@article{Smith, doi = {1}}", 'WARN  c.bib:1  entry "Smith": its key is not firstauthor + year.'),
        ("@article{a1999, title = {x}}", 'WARN  c.bib:1  entry "a1999" leads nowhere.'),
    ],
)
def test_a_bad_entry_is_told_with_its_line(tmp_path, text, message):
    (tmp_path / "c.bib").write_text(text)
    _, (problem,) = read_bibliography(tmp_path / "c.bib")
    assert problem.render(tmp_path).startswith(message)


def test_a_tree_hash_sees_names_and_contents_but_no_hidden_file(tmp_path):
    (tmp_path / "a.txt").write_text("1")
    (tmp_path / ".hidden").write_text("1")
    first = provenance.tree_hash(tmp_path)
    assert list(provenance.tree_hashes(tmp_path)) == ["a.txt"]
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    renamed = provenance.tree_hash(tmp_path)
    (tmp_path / "b.txt").write_text("2")
    assert len({first, renamed, provenance.tree_hash(tmp_path)}) == 3


def test_a_file_hash_is_sha256(tmp_path):
    (tmp_path / "a").write_text("abc")  # the test vector of FIPS 180
    assert (
        provenance.file_hash(tmp_path / "a")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert provenance.text_hash("abc") == provenance.file_hash(tmp_path / "a")


def test_no_commit_outside_a_repository_and_versions_of_absent_packages(tmp_path):
    assert provenance.git_commit(tmp_path) is None
    assert provenance.versions(["no-such-package"])["no-such-package"] == "absent"


def test_a_catalogue_is_read_and_what_it_lacks_stays_english(tmp_path, monkeypatch):
    folder = tmp_path / "zh_CN" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (folder / "insula.po").write_text(head + 'msgid "glucose"\nmsgstr "葡萄糖"\n', encoding="utf-8")
    monkeypatch.setattr(i18n, "locale_dir", lambda: tmp_path)
    i18n._catalogue.cache_clear()
    try:
        assert i18n.translator("zh")("glucose") == "葡萄糖"
        assert i18n.translator("zh_CN")("insulin") == "insulin"
        assert i18n.translator("en")("glucose") == "glucose"
    finally:
        i18n._catalogue.cache_clear()


@pytest.mark.parametrize(
    ("environment", "language"), [("zh_CN.UTF-8", "zh_CN"), ("de_DE.UTF-8", "en"), ("C", "en")]
)
def test_the_language_follows_the_environment(monkeypatch, environment, language):
    monkeypatch.setenv("LC_ALL", environment)
    assert i18n.default_language() == language


def test_titles_fall_back_to_english_and_other_languages_are_refused():
    assert i18n.pick({"en": "Meal", "zh": "餐"}, "zh_CN") == "餐"
    assert i18n.pick({"en": "Meal"}, "zh_CN") == "Meal"
    with pytest.raises(UnknownName, match='There is no language "fr". Known: en, zh_CN.'):
        i18n.translator("fr")
