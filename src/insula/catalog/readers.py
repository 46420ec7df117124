"""One reader for each kind of text; each returns an entry with the record and every problem."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from insula.catalog.records import ActionRow, BehaviourRow, Ensemble, Model, Module, ParameterRow
from insula.catalog.shelf import Entry
from insula.catalog.validate import read_record, read_rows, validate
from insula.core.problems import Problem, error
from insula.core.spoken import _
from insula.core.tables import named_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from insula.core.yaml_lines import LinedYaml

AnyRecord = TypeVar("AnyRecord", bound=BaseModel)


def yaml_reader(kind: type[AnyRecord]) -> Callable[[Path], Entry[AnyRecord]]:
    """Return the reader of YAML files that are one record."""

    def read(path: Path) -> Entry[AnyRecord]:
        record, lined, problems = read_record(path, kind)
        return Entry(path, record, tuple(problems), lined)

    return read


def yaml_part(kind: type[AnyRecord], path: Path, lined: LinedYaml, name: str) -> Entry[AnyRecord]:
    """Read one entry of a YAML file that holds many."""
    record, problems = validate(path, lined, (name,), kind)
    return Entry(path, record, tuple(problems), lined)


def read_module(path: Path) -> Entry[Module]:
    """Read a module from its .ant file and the tables beside it; every table may be missing."""
    folder = path.parent
    problems: list[Problem] = []
    parameters = _table(folder / "parameters.csv", ParameterRow, "symbol", problems)
    actions = _table(folder / "actions.csv", ActionRow, "action", problems)
    behaviour = _table(folder / "behaviour.csv", BehaviourRow, "id", problems, ("note",))
    module = Module(
        id=path.stem,
        text=path.read_text(encoding="utf-8"),
        parameters=parameters,
        actions=actions,
        behaviour=behaviour,
        readme=_readme(folder),
    )
    if path.stem != folder.name:
        message = _('the module "{module}" lies in the folder "{folder}".').format(
            module=path.stem, folder=folder.name
        )
        problems.append(error(path, message, _("File and folder have one name.")))
    return Entry(path, module, tuple(problems))


def read_model(path: Path) -> Entry[Model]:
    """Read a wiring and its actions."""
    problems: list[Problem] = []
    actions = _table(path.with_suffix(".actions.csv"), ActionRow, "action", problems)
    model = Model(
        id=path.stem,
        text=path.read_text(encoding="utf-8"),
        actions=actions,
        readme=_readme(path.parent),
    )
    return Entry(path, model, tuple(problems))


def _readme(folder: Path) -> str:
    """Return the README of a folder, empty where there is none."""
    path = folder / "README.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def read_ensemble(path: Path) -> Entry[Ensemble]:
    """Read members from a CSV file: a column ``member``, rising numbers, and one for each dotted symbol."""
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    rows, problems = named_rows(path, lines) if lines else ([], [])
    symbols = [name.strip() for name in lines[0][1:]] if lines else []
    if not rows or not symbols or lines[0][0].strip() != "member":
        problems.append(
            error(path, _("this is no ensemble."), _("Columns: member, then dotted symbols."), row=1)
        )
        return Entry(path, None, tuple(problems))
    values: dict[str, list[float]] = {symbol: [] for symbol in symbols}
    numbers: list[int] = []
    for row in rows:
        least, told = (numbers[-1] + 1 if numbers else 0), row.cells["member"]
        if not (told.isascii() and told.isdigit() and int(told) >= least):
            problems.append(
                error(
                    path,
                    _('member "{number}" is no whole number from {least} on.').format(
                        number=told, least=least
                    ),
                    row=row.number,
                )
            )
        else:
            numbers.append(int(told))
        for symbol in symbols:
            found = _finite(row.cells[symbol])
            if found is None:
                told = _('{symbol} is "{cell}", which is no number.').format(
                    symbol=symbol, cell=row.cells[symbol]
                )
                problems.append(error(path, told, row=row.number))
            else:
                values[symbol].append(found)
    if problems:
        return Entry(path, None, tuple(problems))
    held = {symbol: tuple(of_members) for symbol, of_members in values.items()}
    return Entry(path, Ensemble(id=path.stem, numbers=tuple(numbers), values=held), ())


def _finite(text: str) -> float | None:
    """Return a finite number, None for anything else."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def table_reader(kind: type[AnyRecord], key: str) -> Callable[[Path], Entry[tuple[AnyRecord, ...]]]:
    """Return the reader of a CSV file whose rows are records of one kind; `key` names a row in messages."""

    def read(path: Path) -> Entry[tuple[AnyRecord, ...]]:
        problems: list[Problem] = []
        rows = _table(path, kind, key, problems)
        return Entry(path, rows, tuple(problems))

    return read


def _table(
    path: Path, kind: type[AnyRecord], key: str, problems: list[Problem], optional: tuple[str, ...] = ()
) -> tuple[AnyRecord, ...]:
    if not path.exists():
        return ()
    rows, found = read_rows(path, kind, key, optional)
    problems += found
    return rows
