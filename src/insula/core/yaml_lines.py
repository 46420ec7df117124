"""YAML with the line of every key, read by YAML 1.2 rules for numbers and booleans."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from insula.core.problems import Problem, error
from insula.core.spoken import _

if TYPE_CHECKING:
    from pathlib import Path

KeyPath = tuple[str | int, ...]


class _Loader(yaml.CSafeLoader):
    """YAML 1.1 reads 0.8e9 as text, 22:30 as 1350 and no as false; this loader does not."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", "n~\0"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    for _letter in _first:
        entry = (f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"))
        _Loader.yaml_implicit_resolvers.setdefault(_letter.replace("\0", ""), []).append(entry)


@dataclass(frozen=True)
class LinedYaml:
    """What a YAML file says, and on which line it says it."""

    data: Any
    lines: dict[KeyPath, int]
    problems: tuple[Problem, ...]

    def line(self, path: KeyPath) -> int:
        """Return the line of a key path, else of the nearest key above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(path: Path) -> LinedYaml:
    """Read one YAML document; letters that are not UTF-8, a syntax error or a key given twice are problems.

    The data may be None then.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = trouble.object[: trouble.start].count(b"\n") + 1
        found = error(path, _("the file is not UTF-8 text."), _("Save it as UTF-8."), line=line)
        return LinedYaml(None, {}, (found,))
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as trouble:
        mark = trouble.problem_mark or trouble.context_mark
        found = error(path, _unreadable(trouble.problem), line=mark.line + 1 if mark else None)
        return LinedYaml(None, {}, (found,))
    except yaml.reader.ReaderError as trouble:
        found = error(path, _unreadable(trouble.reason), _("Save it as plain text in UTF-8."))
        return LinedYaml(None, {}, (found,))
    finally:
        loader.dispose()
    lines: dict[KeyPath, int] = {}
    problems: list[Problem] = []
    if node is not None:
        _collect(node, (), path, lines, problems)
    return LinedYaml(data, lines, tuple(problems))


def _unreadable(reason: str | None) -> str:
    return _("not readable as YAML: {reason}.").format(reason=reason)


def _collect(
    node: yaml.Node, at: KeyPath, path: Path, lines: dict[KeyPath, int], problems: list[Problem]
) -> None:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _collect(item, (*at, index), path, lines, problems)
    elif isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            here, line = (*at, key.value), key.start_mark.line + 1
            if here in lines:
                twice = _('key "{key}" is given twice.').format(key=key.value)
                problems.append(error(path, twice, _("Keep one."), line=line))
            lines[here] = line
            _collect(item, here, path, lines, problems)
