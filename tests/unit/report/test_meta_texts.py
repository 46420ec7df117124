"""Remarks of a meta-analysis are records, not calls of gettext; each has its Chinese all the same."""

import pkgutil
from importlib import import_module

import insula.analysis.meta_analysis as room
from insula.core.i18n import translator
from insula.statistics.meta.records import Note


def remarks():
    modules = [
        import_module(f"{room.__name__}.{found.name}") for found in pkgutil.iter_modules(room.__path__)
    ]
    return {value.text for module in modules for value in vars(module).values() if isinstance(value, Note)}


def test_every_remark_has_a_chinese_translation():
    chinese = translator("zh")
    assert len(remarks()) >= 5
    assert [text for text in remarks() if chinese(text) == text] == []
