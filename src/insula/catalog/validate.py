"""From data to records: what pydantic finds wrong becomes a problem with its place and a suggestion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from insula.catalog.likeness import read_joined
from insula.core.errors import close_names, suggest
from insula.core.problems import Problem, error
from insula.core.spoken import N_, _
from insula.core.tables import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from insula.core.tables import Row
    from insula.core.yaml_lines import LinedYaml

AnyRecord = TypeVar("AnyRecord", bound=BaseModel)
Location = tuple[str | int, ...]

_WORDS = {
    "string_too_short": N_("is empty."),
    "string_type": N_("must be text."),
    "mapping_type": N_("must be a block of keys."),
    "dict_type": N_("must be a block of keys."),
    "model_type": N_("must be a block of keys."),
    "model_attributes_type": N_("must be a block of keys."),
    "tuple_type": N_("must be a list."),
    "float_type": N_("must be a number."),
    "int_type": N_("must be a whole number."),
    "finite_number": N_("must be a finite number."),
    "bool_type": N_("must be true or false."),
    "bool_parsing": N_("must be true or false."),
    "too_short": N_("needs at least {min_length}, and has {actual_length}."),
    "less_than_equal": N_("must be at most {le}."),
    "greater_than_equal": N_("must be at least {ge}."),
    "less_than": N_("must be below {lt}."),
    "greater_than": N_("must be above {gt}."),
}


def read_record(path: Path, kind: type[AnyRecord]) -> tuple[AnyRecord | None, LinedYaml, list[Problem]]:
    """Read a YAML file that is one record, like another one or not; its id is the name of its file or folder."""
    lined = read_joined(path)
    if lined.problems:
        return None, lined, list(lined.problems)
    record, problems = validate(path, lined, (), kind)
    allowed = {path.stem, path.parent.name}
    found = getattr(record, "id", None)
    if record is not None and found not in allowed:
        message = _('id "{id}" is not the name of the file.').format(id=found)
        problems.append(
            error(
                path,
                message,
                _("Write id: {stem}, or rename the file.").format(stem=path.stem),
                line=lined.line(("id",)),
            )
        )
    return record, lined, problems


def validate(
    path: Path, lined: LinedYaml, at: Location, kind: type[AnyRecord]
) -> tuple[AnyRecord | None, list[Problem]]:
    """Validate the part of a YAML document below `at`."""
    data = lined.data
    for step in at:
        data = data[step]
    try:
        return kind.model_validate(data), []
    except ValidationError as trouble:
        return None, [_yaml_problem(path, lined, at, kind, fault) for fault in _faults(trouble)]


def _faults(trouble: ValidationError) -> list[Any]:
    """Return what is wrong, without lists that are too short only because pydantic drops their faulty entries."""
    found = trouble.errors(include_url=False)
    return [
        one for one in found if one["type"] != "too_short" or len(one["input"]) < one["ctx"]["min_length"]
    ]


def _yaml_problem(path: Path, lined: LinedYaml, at: Location, kind: type[BaseModel], fault: Any) -> Problem:
    inside = _without_tags(_part(lined.data, at), fault["loc"], missing=fault["type"] == "missing")
    where = ".".join(str(step) for step in (*at, *inside))
    message, suggestion = _words(kind, inside, fault, where)
    return error(path, message, suggestion, line=lined.line((*at, *inside)))


def read_rows(
    path: Path, kind: type[AnyRecord], key: str, optional: tuple[str, ...] = ()
) -> tuple[tuple[AnyRecord, ...], list[Problem]]:
    """Read a CSV table into records that have a field ``row``; empty cells are None."""
    names = [field.alias or name for name, field in kind.model_fields.items() if name != "row"]
    rows, problems = read_csv(path, [name for name in names if name not in optional], optional)
    records = []
    for row in rows:
        record, faults = _row_record(path, kind, key, row)
        problems += faults
        if record is not None:
            records.append(record)
    return tuple(records), problems


def _row_record(
    path: Path, kind: type[AnyRecord], key: str, row: Row
) -> tuple[AnyRecord | None, list[Problem]]:
    told = _Teller(path, row.number, row.cells.get(key, ""))
    numeric = {
        field.alias or name for name, field in kind.model_fields.items() if "float" in str(field.annotation)
    }
    data: dict[str, Any] = {"row": row.number}
    for name, cell in row.cells.items():
        if name in numeric:
            data[name] = _number(cell) if cell else None
            if cell and data[name] is None:
                told.problem(_('{name} "{cell}" is not a number.').format(name=name, cell=cell))
        elif cell:
            data[name] = cell
    if told.problems:
        return None, told.problems
    try:
        return kind.model_validate(data), []
    except ValidationError as trouble:
        for fault in _faults(trouble):
            column = str(fault["loc"][0]) if fault["loc"] else ""
            told.problem(*_words(kind, fault["loc"], fault, column, table=True))
        return None, told.problems


class _Teller:
    """Collects the problems of one row."""

    def __init__(self, path: Path, row: int, key: str) -> None:
        self._place = (path, row, key)
        self.problems: list[Problem] = []

    def problem(self, message: str, suggestion: str = "") -> None:
        path, row, key = self._place
        self.problems.append(error(path, message, suggestion, row=row, key=key))


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _words(
    kind: type[BaseModel], inside: Location, fault: Any, where: str, *, table: bool = False
) -> tuple[str, str]:
    """Return message and suggestion for one fault."""
    name = inside[-1] if inside else ""
    type_, given = fault["type"], fault["input"]
    if type_ == "extra_forbidden":
        forgotten = given is None and " " in str(name)  # {note: one, two} reads as the keys "note" and "two"
        hint = (
            _('A text with a comma needs "quotes".')
            if forgotten
            else suggest(str(name), _fields_at(kind, inside[:-1]))
        )
        return _('unknown key "{key}".').format(key=name), hint
    if type_ == "missing":
        told = (
            _("{where} is empty.").format(where=where)
            if table
            else _('key "{key}" is missing.').format(key=where)
        )
        return told, ""
    if type_ == "value_error":
        at = where + ": " if where and not table else ""
        return at + _("{reason}.").format(reason=fault["ctx"]["error"]), ""
    if type_ == "literal_error":
        allowed = [word.strip("'") for word in fault["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        hint = suggest(str(given), close_names(str(given), allowed))
        return _('{where} "{given}" is none of {names}.').format(
            where=where, given=given, names=", ".join(allowed)
        ), hint
    if type_ == "string_pattern_mismatch":
        return _('{where} "{given}" is not one of the forms allowed.').format(where=where, given=given), _(
            "Form: {pattern}"
        ).format(pattern=fault["ctx"]["pattern"])
    if type_ in _WORDS:
        return f"{where or _('the text')} {_(_WORDS[type_]).format(**fault.get('ctx', {}))}", ""
    return f"{where}: {fault['msg']}.", ""


def _part(data: Any, at: Location) -> Any:
    for step in at:
        data = data[step]
    return data


def _without_tags(data: Any, location: Location, *, missing: bool) -> Location:
    """Leave out the steps that pydantic adds for the alternatives of a union; the last one may be missing."""
    kept: list[str | int] = []
    for index, step in enumerate(location):
        inside = isinstance(data, dict) and step in data or isinstance(data, list) and isinstance(step, int)
        if inside:
            kept.append(step)
            data = data[step]
        elif missing and index == len(location) - 1:
            kept.append(step)
    return tuple(kept)


def _fields_at(kind: Any, inside: Location) -> list[str]:
    """Return the keys that are allowed below a location of a record."""
    models = _models(kind)
    if not inside:
        return [field.alias or name for model in models for name, field in model.model_fields.items()]
    step, rest = inside[0], inside[1:]
    for model in models:
        for name, field in model.model_fields.items():
            if step in (name, field.alias):
                return _fields_at(field.annotation, rest)
    return _fields_at(kind, rest)  # a key of a mapping or a place in a list


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for part in get_args(kind) for model in _models(part)]
