"""Where numbers of a therapy come from: said when no people are among them, in both languages."""

import pytest

from insula.report.evidence_origin import origin
from insula.report.writing import Writer


@pytest.mark.parametrize("silent", [(), ("people",), ("mouse", "people")])
def test_people_among_them_need_no_warning(silent):
    assert origin(silent, Writer("en")) == ""


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("mice", "rats", "cells in a dish")), ("zh", ("小鼠", "大鼠", "体外细胞"))]
)
def test_every_origin_has_a_word(lang, words):
    told = origin(("mouse", "rat", "dish"), Writer(lang))
    assert all(word in told for word in words)
