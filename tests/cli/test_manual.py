"""`insula manual`: the pages say what the text says, show what the model does, and exist in both languages."""

import csv
import re
import shutil
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from insula.analysis.behaviour.verdicts import models_of
from insula.catalog import Catalog
from insula.cli.main import group
from insula.core.errors import UnknownName
from insula.core.paths import science_root
from insula.core.yaml_lines import read_yaml
from insula.report.manual import pages as writing
from insula.report.manual.words import title
from insula.report.writing import Writer

WORDS = {
    "en": ("Equations", "Numbers", "What it is held to", "What the numbers rest on"),
    "zh": ("方程", "数值", "须满足的行为", "数值的依据"),
}
VOID = {"meta", "br", "wbr", "rect", "circle"}


class Tables(HTMLParser):
    """Tables of a page as lists of rows of texts, by the heading above; ids, links; open tags must close."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.ids, self.links, self.open = [], [], [], []
        self.cell = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.cell = []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open.pop() == tag
        if tag in ("td", "th"):
            self.tables[-1][-1].append("".join(self.cell))
            self.cell = None

    def handle_startendtag(self, _tag, attributes):
        self.ids += [value for name, value in attributes if name == "id"]

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data)


def manual(*arguments):
    return CliRunner().invoke(group, ["manual", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("manual") / "pages"
    answer = manual("--out", out)
    assert answer.exit_code == 0, answer.output
    return out


def read(path):
    return Tables(path.read_text(encoding="utf-8"))


def rows_of(module, name):
    for kind in ("modules", "therapies"):
        path = science_root() / "biology" / kind / module / name
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))
    return []


def number(text):
    """A number as a person reads it on the page."""
    digits, _, power = text.replace("−", "-").partition(" × 10")
    power = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(digits) * 10.0 ** int(power or 0)


def table(page, width, first):
    """The rows of the table of so many columns whose first column holds this text somewhere."""
    return next(t for t in page.tables if len(t[0]) == width and any(row[0] == first for row in t))[1:]


MODULES = sorted(
    path.parent.name for kind in ("modules", "therapies") for path in science_root().glob(f"biology/{kind}/*/*.ant")
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("module", MODULES)
def test_every_number_of_a_module_stands_on_its_page(folder, module, lang):
    wanted = rows_of(module, "parameters.csv")
    page = read(folder / lang / f"{module}.html")
    if not wanted:
        return
    shown = table(page, 10, wanted[0]["symbol"])
    assert [row[0] for row in shown] == [row["symbol"] for row in wanted]
    for row, (_, value, _unit, spread, source, place, _reason, _status, _who, note) in zip(
        wanted, shown, strict=True
    ):
        if row["value"]:
            assert number(value) == pytest.approx(float(row["value"]), rel=1e-14)
        else:
            assert value == "–"
            assert source == row["source"]
        if row["spread_low"]:
            ends = [row[end] for end in ("spread_low", "spread_high") if row[end]]
            shown_ends = re.search(r"(?:^|[^%] | CI )(−?\d[^;；]*)", spread)[1].split("–")
            assert [number(end) for end in shown_ends] == pytest.approx(
                [float(end) for end in ends], rel=1e-14
            )
        assert source == row["source"] or row["source"] == "assumed"
        assert place == row["place"]
        assert note.startswith(row["note"])


@pytest.mark.parametrize(
    ("lang", "caution"),
    [
        ("en", "Caution: evidence from mice, rats, cells in a dish;"),
        ("zh", "注意：证据来自小鼠，大鼠，体外细胞；"),
    ],
)
def test_ways_to_give_a_module_stand_on_its_page_with_where_their_numbers_come_from(folder, lang, caution):
    ways = [read_yaml(path).data for path in sorted(science_root().glob("biology/therapies/*/therapy.yaml"))]
    page = (folder / lang / "insulin_producing_cells.html").read_text(encoding="utf-8")
    for way in ways:
        assert (way["title"][lang] in unescape(page)) == (way["module"] == "insulin_producing_cells")
    assert caution in page
    assert caution[:9] not in (folder / lang / "tacrolimus.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_is_there_well_formed_and_leads_only_to_what_there_is(folder, lang):
    names = [*MODULES, "metabolic", "disease", "index"]
    assert sorted(path.stem for path in (folder / lang).iterdir()) == sorted(names)
    for name in names:
        page = read(folder / lang / f"{name}.html")
        assert page.open == []
        assert [i for i, count in Counter(page.ids).items() if count > 1] == [], name
        for link in page.links:
            if link.startswith("#"):
                assert link[1:] in page.ids, (name, link)
            elif not link.startswith("http"):
                assert (folder / lang / link).is_file(), (name, link)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pages_speak_the_language_and_need_nothing_else(folder, lang):
    text = (folder / lang / "glucose.html").read_text(encoding="utf-8")
    assert all(word in text for word in WORDS[lang])
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}"' in text
    assert not re.search(r"<script|<link|<img|@import|src=", text)
    headings = re.findall(r"<h2 id[^>]*>(.*?)</h2>", text)
    assert len(headings) > 6
    assert [bool(re.search(r"[一-鿿]", heading)) for heading in headings] == [lang == "zh"] * len(headings)


def test_the_score_counts_the_rows_of_the_table(folder):
    text = (folder / "en" / "immunity.html").read_text(encoding="utf-8")
    counted = dict(re.findall(r"</svg>([a-z ]+) (\d+) \(", text))
    rows = rows_of("immunity", "parameters.csv")
    assumed = sum("assumed" in (row["source"], row["reason"]) for row in rows)
    assert int(counted["assumed"]) == assumed
    assert int(counted["proposed"]) == sum(row["status"] == "proposed" for row in rows)
    kinds = ("measured", "fitted", "derived", "allometric", "steady state", "assumed")
    assert sum(int(counted.get(kind, 0)) for kind in kinds) == len(rows)


@pytest.fixture
def science(tmp_path, monkeypatch):
    root = tmp_path / "science"
    shutil.copytree(science_root(), root)
    monkeypatch.setenv("INSULA_SCIENCE", str(root))
    return root


def rewrite(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_row_that_the_model_does_not_meet_is_shown_with_the_value_it_reached(science, tmp_path):
    behaviour = science / "biology" / "modules" / "subcutaneous_insulin" / "behaviour.csv"
    rewrite(behaviour, "36.999,37.001,U", "38,39,U")
    answer = manual("subcutaneous_insulin", "--lang", "en", "--out", tmp_path / "out")
    assert answer.exit_code == 0
    assert "rows not met: subcutaneous_insulin-all_is_counted" in answer.stderr
    page = read(tmp_path / "out" / "en" / "subcutaneous_insulin.html")
    verdicts = {row[0]: row[4:6] for row in table(page, 9, "all_is_counted")}
    assert verdicts.pop("all_is_counted") == ["37 U", "not met"]
    assert {verdict for _, verdict in verdicts.values()} == {"met"}


def test_a_changed_number_and_equation_change_the_page(science, tmp_path):
    gut = science / "biology" / "modules" / "gut"
    rewrite(gut / "parameters.csv", "k_min,0.00739315,", "k_min,0.00812345,")
    rewrite(gut / "gut.ant", "Q_sto1' = eating - k_max*Q_sto1", "Q_sto1' = eating - 2*k_max*Q_sto1")
    assert manual("gut", "--lang", "en", "--out", tmp_path / "out").exit_code == 0
    text = (tmp_path / "out" / "en" / "gut.html").read_text(encoding="utf-8")
    assert "0.00812345" in text
    assert "0.00739315" not in text.split('id="numbers"')[1].split("</section>")[0]
    assert "<mn>2</mn><mo>⋅</mo><msub><mi>k</mi><mtext>max</mtext></msub>" in text


def test_only_what_is_asked_for_is_written_and_linked(tmp_path):
    answer = manual("body", "cgm", "--lang", "zh", "--out", tmp_path / "out")
    assert answer.exit_code == 0
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.html")) == [
        f"out/zh/{name}.html" for name in ("body", "cgm", "index")
    ]
    assert "gut.html" not in (tmp_path / "out" / "zh" / "body.html").read_text(encoding="utf-8")


def test_an_unknown_name_is_refused_with_what_is_close(tmp_path):
    answer = manual("imunity", "--out", tmp_path / "out")
    assert isinstance(answer.exception, UnknownName)
    assert str(answer.exception) == 'There is no model or module "imunity". Did you mean "immunity"?'
    assert not (tmp_path / "out").exists()


def test_a_broken_page_leaves_no_half_manual(tmp_path, monkeypatch):
    manual("body", "--lang", "en", "--out", tmp_path / "out")
    before = (tmp_path / "out" / "en" / "body.html").read_text(encoding="utf-8")
    real = writing.fill

    def broken(template, *arguments, **values):
        if "index" in template:
            raise RuntimeError("broken")
        return real(template, *arguments, **values).upper()

    monkeypatch.setattr(writing, "fill", broken)
    assert manual("body", "--lang", "en", "--out", tmp_path / "out").exit_code != 0
    assert (tmp_path / "out" / "en" / "body.html").read_text(encoding="utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_sources_are_listed_once_with_their_links(folder):
    page = read(folder / "en" / "c_peptide.html")
    used = {row["source"] for row in rows_of("c_peptide", "parameters.csv")}
    citations = Catalog.open().citations
    for key in used & set(citations):
        assert f"source-{key}" in page.ids
        assert not citations[key].link or citations[key].link in page.links


def test_readme_is_on_the_page(folder):
    text = (folder / "en" / "immunity.html").read_text(encoding="utf-8")
    readme = Path(science_root() / "biology" / "modules" / "immunity" / "README.md").read_text(
        encoding="utf-8"
    )
    assert "Left out: Th2, IL-4 and Tfh" in readme
    assert "Left out: Th2, IL-4 and Tfh" in text


@pytest.mark.parametrize("model", ["disease", "metabolic"])
def test_the_page_of_a_model_says_what_is_left_out_and_where_its_numbers_stand(folder, model):
    chinese, english = (
        (folder / lang / f"{model}.html").read_text(encoding="utf-8") for lang in ("zh", "en")
    )
    for told in ("<strong>Left out</strong>: ", "<strong>Numbers</strong>: "):
        assert told in english
    assert '<div class="readme" lang="zh">' in chinese
    assert '<div class="readme" lang="zh">' not in english


def test_the_chinese_page_begins_with_what_the_readme_sums_up_in_chinese(folder):
    catalog = Catalog.open()
    for name in models_of(catalog):
        if name not in catalog.modules:
            continue  # made by the machinery
        summed = catalog.modules[name].readme.partition("\n## 中文\n")[2].strip()
        assert len(summed) > 40, f"{name}: its README has no part ## 中文"
        chinese, english = (
            (folder / lang / f"{name}.html").read_text(encoding="utf-8") for lang in ("zh", "en")
        )
        end = summed[-8:]
        assert chinese.index('<div class="readme" lang="zh">') < chinese.index(
            '<div class="readme" lang="en">'
        )
        assert end in chinese, name
        assert end not in english, name
        assert "<h3>中文</h3>" not in english, name


def test_every_page_has_its_title_in_the_language_of_the_page(folder):
    catalog = Catalog.open()
    for name in models_of(catalog):
        if name not in catalog.modules:
            continue  # made by the machinery
        heads = {
            lang: re.search("<h1>(.*?)</h1>", (folder / lang / f"{name}.html").read_text(encoding="utf-8"))[1]
            for lang in ("zh", "en")
        }
        assert re.search("[\u4e00-\u9fff]", heads["zh"]), f"{name}: {heads['zh']}"
        assert not re.search("[\u4e00-\u9fff]", heads["en"]), f"{name}: {heads['en']}"


@pytest.mark.parametrize(
    ("readme", "titles"),
    [
        ("# Liver · 肝脏\n\nText.\n", {"en": "Liver", "zh": "肝脏"}),
        ("# Liver\n\nText.\n", {"en": "Liver", "zh": "Liver"}),
        ("", {"en": "my liver", "zh": "my liver"}),
    ],
)
def test_a_module_is_called_by_the_first_line_of_its_readme(readme, titles):
    catalog = SimpleNamespace(therapies={}, modules={"my_liver": SimpleNamespace(readme=readme)})
    assert {lang: title(catalog, "my_liver", Writer(lang)) for lang in titles} == titles
