"""What the questions are asked of: the catalog, the symbols of every text, and the place of every number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from insula.checks.module_text import ModuleSymbols, read_symbols
from insula.compiler.wiring import Wiring, read_wiring
from insula.core.citations import Citation, read_bibliography
from insula.core.errors import CompileError
from insula.core.problems import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.catalog.records import ActionRow, Module, Protocol, Study
    from insula.catalog.shelf import Entry

# Made by the machinery from averaged_map.yaml, so no folder under modules/ holds its text.
MADE = "averaged_day"


@dataclass(frozen=True)
class Place:
    """Where something stands."""

    path: Path
    line: int | None = None
    row: int | None = None
    key: str = ""

    def error(self, message: str, suggestion: str = "") -> Problem:
        """Return a problem here that makes the check fail."""
        return self._problem("error", message, suggestion)

    def warning(self, message: str, suggestion: str = "") -> Problem:
        """Return a problem here that is only shown."""
        return self._problem("warning", message, suggestion)

    def _problem(self, severity: Severity, message: str, suggestion: str) -> Problem:
        return Problem(severity, self.path, self.line, message, suggestion, self.row, self.key)


@dataclass(frozen=True)
class Found:
    """A record inside a text: its key path, the record and its place."""

    name: str
    record: Any
    place: Place


class Survey:
    """Everything readable under a science folder, with its own studies or with the given ones in their place."""

    def __init__(self, catalog: Catalog, studies: Mapping[str, Entry[Study]] | None = None) -> None:
        self.catalog = catalog
        self.biology = catalog.root / "biology"
        self.studies = catalog.studies.entries() if studies is None else studies

    @cached_property
    def modules(self) -> dict[str, Entry[Module]]:
        """Readable modules with their path."""
        return {name: entry for name, entry in self.catalog.modules.entries().items() if entry.record}

    @cached_property
    def symbols(self) -> dict[str, ModuleSymbols]:
        """Symbols by module that has a text."""
        return {name: read_symbols(entry.record.text) for name, entry in self.modules.items() if entry.record}

    @cached_property
    def all_symbols(self) -> dict[str, ModuleSymbols]:
        """Symbols by module, those of the module that the machinery makes included."""
        made = {}
        for text in self.catalog.maps.readable().values():
            ports = {port: (one.unit, 0) for one in text.inputs for port in one.ports}
            units = ports | {one.id: (one.unit, 0) for one in text.outputs}
            made[MADE] = ModuleSymbols(units=units, ports=set(ports))
        return self.symbols | made

    @cached_property
    def bibliography(self) -> dict[str, Citation]:
        """Entries of citations.bib, faulty ones too."""
        return read_bibliography(self.biology / "citations.bib")[0]

    @cached_property
    def wirings(self) -> dict[str, Wiring]:
        """Wirings that can be read."""
        return {name: wiring for name, (wiring, _) in self._read_wirings.items() if wiring}

    @cached_property
    def unreadable_wirings(self) -> list[tuple[Place, str]]:
        """Wirings that cannot be read, and why."""
        found = self._read_wirings.items()
        return [(Place(self.model_path(name)), text) for name, (_, text) in found if text]

    @cached_property
    def _read_wirings(self) -> dict[str, tuple[Wiring | None, str]]:
        return {name: self._wiring(name) for name in self.catalog.models}

    def _wiring(self, name: str) -> tuple[Wiring | None, str]:
        path = self.model_path(name)
        try:
            return read_wiring(path.read_text(encoding="utf-8"), path.name), ""
        except CompileError as trouble:
            return None, str(trouble)

    def model_path(self, name: str) -> Path:
        """Return the wiring file of a model."""
        return self.biology / "models" / f"{name}.ant"

    def time_unit(self, module: str) -> str:
        """Return the time unit of the model that uses a module; empty if none does."""
        found = [wiring.time_unit for wiring in self.wirings.values() if module in wiring.instances.values()]
        return found[0] if found else ""

    def unit_of(self, dotted: str, model: str | None = None) -> str | None:
        """Return the unit of ``instance.symbol`` in a model or in any.

        Empty if it has none, or if a text that cannot be read may define it (told elsewhere); None if there is no such.
        """
        instance, _, symbol = dotted.partition(".")
        for name, wiring in self.wirings.items():
            module = wiring.instances.get(instance)
            if model not in (None, name) or module is None:
                continue
            if module not in self.all_symbols:
                return ""
            if symbol in self.all_symbols[module].known:
                return self.all_symbols[module].units.get(symbol, ("", 0))[0]
        if model is None and symbol in (waiting := self._waiting(instance)).known:
            return waiting.units.get(symbol, ("", 0))[0]
        unread = set(self._read_wirings) - set(self.wirings)
        return "" if model in unread or (model is None and unread) else None

    def _waiting(self, name: str) -> ModuleSymbols:
        """Return the symbols of a module that no model uses yet, which goes by its own name; else none."""
        used = {module for wiring in self.wirings.values() for module in wiring.instances.values()}
        return self.symbols.get(name, ModuleSymbols()) if name not in used else ModuleSymbols()

    def dotted(self, model: str | None = None) -> set[str]:
        """Return every dotted symbol of a model, or of all."""
        wirings = [wiring for name, wiring in self.wirings.items() if model in (None, name)]
        return {
            f"{instance}.{symbol}"
            for wiring in wirings
            for instance, module in wiring.instances.items()
            if module in self.all_symbols
            for symbol in self.all_symbols[module].known
        }

    @cached_property
    def personal(self) -> set[str]:
        """What the people of any population have: ``trait.<id>`` and ``habits.<path>``."""
        people = self.catalog.populations.readable().values()
        traits = {f"trait.{name}" for population in people for name in population.traits}
        traits |= {"trait.female"} if "trait.sex" in traits else set()
        habits = self.catalog.habits.entries().values()
        traits |= {"history.wait"} if any(one.history and one.history.wait for one in people) else set()
        return traits | {f"habits.{found.name}" for entry in habits for found in self.inside(entry)}

    def actions(self) -> Iterator[tuple[Place, ActionRow, str | None]]:
        """Yield place, row and model (None for the rows of a module) of every action."""
        for entry in self.modules.values():
            for row in entry.record.actions if entry.record else ():
                yield Place(entry.path.with_name("actions.csv"), row=row.row, key=row.action), row, None
        for name, model in self.catalog.models.entries().items():
            for row in model.record.actions if model.record else ():
                yield Place(model.path.with_suffix(".actions.csv"), row=row.row, key=row.action), row, name

    def parameters(self) -> Iterator[tuple[str, Found]]:
        """Yield module and row of every parameter."""
        for name, entry in self.modules.items():
            for row in entry.record.parameters if entry.record else ():
                place = Place(entry.path.with_name("parameters.csv"), row=row.row, key=row.symbol)
                yield name, Found(row.symbol, row, place)

    def yaml_entries(self) -> Iterator[tuple[str, Entry[Any]]]:
        """Yield every readable YAML text."""
        catalog = self.catalog
        shelves: tuple[Any, ...] = (
            catalog.therapies, catalog.populations, catalog.habits, catalog.regimens, catalog.protocols,
            catalog.procedures, catalog.settings, catalog.maps, catalog.reviews, catalog.questions, catalog.harms,
        )  # fmt: skip
        for entries in (*(shelf.entries() for shelf in shelves), self.studies):
            yield from ((name, entry) for name, entry in entries.items() if entry.record is not None)

    def protocols(self) -> Iterator[tuple[Entry[Any], tuple[str, ...], Protocol]]:
        """Yield every readable protocol with its text and the keys above it: files, and those inside a study."""
        for entry in self.catalog.protocols.entries().values():
            if entry.record is not None:
                yield entry, (), entry.record
        for study in self.studies.values():
            own = study.record.protocols if study.record else {}
            yield from ((study, ("protocols", name), protocol) for name, protocol in own.items())

    def inside(self, entry: Entry[Any], *keys: str | int) -> Iterator[Found]:
        """Yield every record inside a YAML text, outermost first, with its key path and line."""
        yield from _walk(entry, entry.record, keys)

    @cached_property
    def yaml_records(self) -> tuple[Found, ...]:
        """Every record inside every YAML text, endpoints included."""
        texts = [found for _, entry in self.yaml_entries() for found in self.inside(entry)]
        for name, entry in self.catalog.endpoints.entries().items():
            if entry.record is not None:
                texts += _walk(entry, entry.record, (name,))
        return tuple(texts)


def _walk(entry: Entry[Any], value: Any, keys: tuple[str | int, ...]) -> Iterator[Found]:
    if isinstance(value, BaseModel):
        yield Found(".".join(map(str, keys)), value, Place(entry.path, entry.line(*keys)))
        named = [
            (field.alias or name, getattr(value, name)) for name, field in type(value).model_fields.items()
        ]
        for name, part in named:
            yield from _walk(entry, part, (*keys, name))
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _walk(entry, part, (*keys, name))
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            yield from _walk(entry, part, (*keys, index))
