"""What a page says of one module: its equations, ports, numbers, actions and behaviour, ready to be written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from insula.compiler.equations import Equation, meanings
from insula.report.manual.diagram.network import around
from insula.report.manual.diagram.svg import wiring_svg
from insula.report.manual.mathml import Typesetter
from insula.report.manual.score import shares
from insula.report.manual.sources import cited, readme_parts
from insula.report.manual.words import title, unit_of_rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from insula.catalog import Catalog
    from insula.report.manual.reading import Manual, ReadModel
    from insula.report.writing import Writer

Facts = dict[str, Any]
_KINDS = ("rate", "reaction", "assignment", "initial")


def module_facts(manual: Manual, name: str, writer: Writer) -> Facts:
    """Return everything that the page of a module shows."""
    module = manual.catalog.modules[name]
    model = manual.models[manual.home[name]]
    citations = manual.catalog.citations
    by_kind, by_status = shares(module.parameters, writer)
    label = writer._("What {module} takes and gives").format(module=name)
    therapies = manual.catalog.therapies.readable()
    return {
        "name": name,
        "title": title(manual.catalog, name, writer),
        "model": manual.home[name],
        "therapy": therapies.get(name),
        "ways": [one for one in therapies.values() if one.module == name],
        "wiring": Markup(wiring_svg(around(model.network, name), links(manual), label)),
        "equations": equation_rows(model, name, module.text, writer),
        "ports": ports(model, name, module.text),
        "parameters": module.parameters,
        "actions": module.actions,
        "verdicts": manual.verdicts[name],
        "harms": harm_rows(manual.catalog, name),
        "readme": readme_parts(module.readme, writer.lang, citations),
        "by_kind": by_kind,
        "by_status": by_status,
        "sources": cited(texts_of(manual, [name]), citations),
    }


def harm_rows(catalog: Catalog, name: str) -> list[Facts]:
    """Return the harms of a therapy, each with the title of its event."""
    listed, events = catalog.harms.readable().get(name), catalog.adverse_events.readable()
    found = listed.harms if listed else {}
    return [
        {"title": events[event].title.model_dump(), "harm": harm}
        for event, harm in found.items()
        if event in events
    ]


def links(manual: Manual) -> dict[str, str]:
    """Return where the boxes of a diagram lead: to the pages that are written."""
    return {name: f"{name}.html" for name in manual.home if name in manual.pages}


def texts_of(manual: Manual, modules: Iterable[str]) -> list[str | None]:
    """Return all texts of modules in which a source may be named."""
    found: list[str | None] = []
    for name in modules:
        module = manual.catalog.modules[name]
        found += [module.text, module.readme]
        found += [text for row in module.parameters for text in (row.source, row.place, row.note)]
        found += [text for row in module.behaviour for text in (row.source, row.place, row.note)]
        counted = [one for row in harm_rows(manual.catalog, name) for one in row["harm"].observed]
        found += [text for one in counted for text in (one.source, one.place, one.note)]
    return found


def equation_rows(model: ReadModel, name: str, text: str, writer: Writer) -> list[Facts]:
    """Return the equations of a module: what changes first, then what follows, in the order of its text."""
    typesetter, meaning = Typesetter(name, writer._), meanings(text)
    ordered = sorted(
        model.equations[name],
        key=lambda equation: (_KINDS.index(equation.kind), _place(equation, text)),
    )
    return [
        {
            "kind": equation.kind,
            "math": Markup(typesetter.equation(equation)),
            "unit": _unit(equation, model.composed.time_unit, writer),
            "meaning": meaning.get(_own(equation), ""),
        }
        for equation in ordered
    ]


def ports(model: ReadModel, name: str, text: str) -> Mapping[str, Sequence[Facts]]:
    """Return what a module takes (and from where) and gives (and to whom), with what its text says of it."""
    meaning = meanings(text)
    taken = [
        {"symbol": sink.symbol, "others": [".".join(net.source)], "meaning": meaning.get(sink.symbol, "")}
        for net in model.network.nets
        for sink in net.sinks
        if sink.box == name
    ]
    given = [
        {
            "symbol": net.source.symbol,
            "others": [".".join(sink) for sink in net.sinks],
            "meaning": meaning.get(net.source.symbol, ""),
        }
        for net in model.network.nets
        if net.source.box == name
    ]
    return {"taken": taken, "given": given}


def _own(equation: Equation) -> str:
    return equation.symbol.partition(".")[2]


def _place(equation: Equation, text: str) -> int:
    """Return where a module's text says the equation; the end for one that its table says."""
    said = re.search(rf"\b{re.escape(_own(equation))}'?\s*:?=", text)
    return said.start() if said else len(text)


def _unit(equation: Equation, time_unit: str, writer: Writer) -> str:
    if equation.kind == "rate":
        return unit_of_rate(equation.unit, time_unit, writer)
    return writer.unit(equation.unit) if equation.unit else ""
