"""The pages as files: one for every model and module and an index, in each language; all of them or none."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from markupsafe import Markup

from insula.report.evidence_origin import origin
from insula.report.html import fill
from insula.report.manual import words
from insula.report.manual.diagram.svg import wiring_svg
from insula.report.manual.facts import Facts, equation_rows, links, module_facts, texts_of
from insula.report.manual.score import bar, shares
from insula.report.manual.sources import cited, linked, readme_parts
from insula.report.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.report.manual.reading import Manual

INDEX = "index"


def write_manual(manual: Manual, out: Path, languages: Sequence[str]) -> list[Path]:
    """Write ``<out>/<language>/<name>.html`` and return the indexes; pages of an earlier manual are replaced.

    Parameters
    ----------
    languages
        ``zh``, ``en`` or both; with both, each page leads to the other.
    """
    pages = {
        Path(lang) / f"{name}.html": text
        for lang in languages
        for name, text in _pages(manual, Writer(lang), languages).items()
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        for path, text in pages.items():
            (Path(folder) / path.parent).mkdir(exist_ok=True)
            (Path(folder) / path).write_text(text, encoding="utf-8")
        for path in pages:
            (out / path.parent).mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).replace(out / path)
    return [out / lang / f"{INDEX}.html" for lang in languages]


def _pages(manual: Manual, writer: Writer, languages: Sequence[str]) -> dict[str, str]:
    """Return the text of every page of one language by name."""
    shown = {name: module_facts(manual, name, writer) for name in manual.verdicts}
    found = {}
    for name in manual.models:
        if name in manual.pages:
            facts = _model_facts(manual, name, shown, writer)
            found[name] = _fill("manual_model.html.j2", facts, manual, writer, languages)
    for name in shown:
        if name in manual.pages:
            found[name] = _fill("manual_module.html.j2", shown[name], manual, writer, languages)
    listed = [facts for name, facts in shown.items() if name in manual.pages]
    rows = [row for facts in listed for row in facts["parameters"]]
    by_kind, by_status = shares(rows, writer)
    index = {
        "name": INDEX,
        "models": [model for model in manual.models if model in manual.pages],
        "modules": listed,
        "by_kind": by_kind,
        "by_status": by_status,
    }
    found[INDEX] = _fill("manual_index.html.j2", index, manual, writer, languages)
    return found


def _fill(template: str, facts: Facts, manual: Manual, writer: Writer, languages: Sequence[str]) -> str:
    other = [lang for lang in languages if lang != writer.lang]
    citations = manual.catalog.citations
    return fill(
        template,
        writer,
        p=facts,
        words=words,
        origin=origin,
        bar=bar,
        other=other,
        index=INDEX,
        cite=lambda text: linked(text, citations),
        pages=manual.pages,
    )


def _model_facts(manual: Manual, name: str, shown: dict[str, Facts], writer: Writer) -> Facts:
    """Return everything that the page of a model shows."""
    model, readme, citations = (
        manual.models[name],
        manual.catalog.models[name].readme,
        manual.catalog.citations,
    )
    modules = [module for module in model.modules if module in shown]
    label = writer._("Wiring of {model}").format(model=name)
    rows = [row for module in modules for row in manual.catalog.modules[module].parameters]
    by_kind, by_status = shares(rows, writer)
    return {
        "name": name,
        "title": words.model_title(name, writer),
        "wiring": Markup(wiring_svg(model.network, links(manual), label)),
        "said": _said(manual.catalog.models[name].text),
        "readme": readme_parts(readme, writer.lang, citations) if readme else [],
        "nets": model.network.nets,
        "time_unit": words.word(model.composed.time_unit, writer),
        "modules": [shown[module] for module in modules],
        "made": [module for module in model.modules if module not in shown],
        "equations": {m: equation_rows(model, m, manual.catalog.modules[m].text, writer) for m in modules},
        "verdicts": [verdict for module in modules for verdict in manual.verdicts[module]],
        "actions": manual.catalog.models[name].actions,
        "by_kind": by_kind,
        "by_status": by_status,
        "sources": cited([*texts_of(manual, modules), readme], citations),
    }


def _said(text: str) -> list[str]:
    """Return the comments at the edge of a wiring: they are about the whole model."""
    lines = [line.removeprefix("//").strip() for line in text.splitlines() if line.startswith("//")]
    return [line for line in lines if not line.startswith("time_unit")]
