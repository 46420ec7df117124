"""Both languages are complete: nothing a person reads is left in English by accident."""

import ast
import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import insula.analysis.compare_with_published as analysis
import insula.analysis.naive as naive
import insula.analysis.sensitivity as sensitivity
import insula.calibration.targets as targets
import insula.evidence.published as published
import insula.evidence.vocabulary as vocabulary

REPOSITORY = Path(__file__).parents[3]
PACKAGE = REPOSITORY / "src" / "insula"
TEMPLATES = sorted((PACKAGE / "report" / "templates").glob("*.html.j2"))
METHODS = [("**.py", "python"), ("**/templates/**.j2", "jinja2")]


def message_ids():
    return {message for _, _, message, _, _ in extract_from_dir(PACKAGE, method_map=METHODS)}


def chinese():
    path = PACKAGE / "locale" / "zh_CN" / "LC_MESSAGES" / "insula.po"
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale="zh_CN") if message.id}


def reasons():
    """Sentences that stand beside rows that are not scored."""
    found = {
        value
        for module in (analysis, naive, published, sensitivity, targets, vocabulary)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and " " in value
    }
    for name in ("vocabulary.csv", "not_scorable.csv"):
        with (REPOSITORY / "science" / "evidence" / name).open(encoding="utf-8", newline="") as file:
            found |= {row["reason"] for row in csv.DictReader(file)}
    return found - {""}


def test_every_text_has_a_chinese_translation():
    known = chinese()
    assert sorted(text for text in message_ids() if not known.get(text)) == []


def test_every_reason_not_to_score_a_row_has_a_chinese_translation():
    known = chinese()
    assert len(reasons()) > 15
    assert sorted(text for text in reasons() if not known.get(text)) == []


# Which argument says what kind of thing a name is looked for among.
KIND = {"UnknownName": 0, "Shelf": 0, "_shelf": 0, "_parts": 0, "exists": 2, "_once": 3, "_joins": 4}


def kinds():
    """Kinds of things of which an unknown name is told."""
    calls = [
        node
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    named = [(getattr(call.func, "id", getattr(call.func, "attr", "")), call.args) for call in calls]
    given = [args[KIND[name]] for name, args in named if name in KIND and len(args) > KIND[name]]
    return {kind.value for kind in given if isinstance(kind, ast.Constant)}


def test_every_kind_of_an_unknown_name_has_a_chinese_translation():
    known = chinese()
    assert {"study", "therapy", "endpoint or outcome"} <= kinds()
    assert sorted(kind for kind in kinds() if not known.get(kind)) == []


def test_translations_keep_the_places_to_fill():
    fields = re.compile(r"\{\w+\}")
    wrong = [
        text for text, other in chinese().items() if set(fields.findall(text)) != set(fields.findall(other))
    ]
    assert wrong == []


def test_chinese_texts_are_chinese():
    cjk = re.compile(r"[\u4e00-\u9fff（）；，：。]")
    kept = {"{first} ({second})", "{kind}: {count}", "en"}
    assert (
        sorted(text for text, other in chinese().items() if text not in kept and not cjk.search(other)) == []
    )


class _Words(HTMLParser):
    """Collects what a reader would see of a template: texts and spoken attributes."""

    def __init__(self):
        super().__init__()
        self.found, self.skip = [], 0

    def handle_starttag(self, tag, attrs):
        self.skip += tag in ("code", "style")
        self.found += [
            value for name, value in attrs if name in ("aria-label", "alt", "title", "data-label") and value
        ]

    def handle_endtag(self, tag):
        self.skip -= tag in ("code", "style")

    def handle_data(self, data):
        if not self.skip:
            self.found.append(data)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_untranslated_words(path):
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    words = _Words()
    words.feed(text)
    seen = {word for piece in words.found for word in re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", piece)}
    assert seen - {"insula"} == set()
