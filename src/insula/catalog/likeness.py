"""A YAML text that is like its neighbour but for what it says itself: `like: <id>`.

Blocks are joined key by key; a quantity (a block with a value or a source), a list and a single word replace what the
neighbour says. Whatever is wrong in the neighbour is told where the neighbour is read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from insula.core.errors import suggest
from insula.core.paths import science_root
from insula.core.problems import error
from insula.core.spoken import _
from insula.core.yaml_lines import LinedYaml, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

LIKE = "like"
_QUANTITY = ("value", "source")


def read_joined(path: Path, readers: tuple[Path, ...] = ()) -> LinedYaml:
    """Read a YAML document and join it to the one that it is like, if it says so.

    Parameters
    ----------
    readers
        Documents that wait for this one; one of them again would be a circle.

    Returns
    -------
    The joined data with the lines of the document itself; problems of `like` are among its problems.
    """
    lined = read_yaml(path)
    if lined.problems or not isinstance(lined.data, dict) or LIKE not in lined.data:
        return lined
    own = dict(lined.data)
    name = own.pop(LIKE)

    def refused(message: str, suggestion: str) -> LinedYaml:
        told = error(path, message.format(name=name), suggestion, line=lined.line((LIKE,)))
        return replace(lined, problems=(told,))

    neighbours = _neighbours(path, str(own.get("id", "")))
    neighbour = neighbours.get(str(name))
    if neighbour is None:
        return refused(_('there is no "{name}" to be like.'), suggest(str(name), list(neighbours)))
    if neighbour in (*readers, path):
        return refused(_('"{name}" is like this one.'), _("Break it."))
    base = read_joined(neighbour, (*readers, path))
    if base.problems or not isinstance(base.data, dict):
        return refused(_('"{name}" cannot be read.'), _("Mend it first."))
    return replace(lined, data=_joined(base.data, own))


def _neighbours(path: Path, id_: str) -> dict[str, Path]:
    """Return the documents that this one can be like: in its folder, or, if it is named by that, in those beside it.

    A user's own document can also be like one of the science folder's, of its kind; an own neighbour goes before it.
    """
    if id_ == path.parent.name:
        return {found.parent.name: found for found in path.parent.parent.glob(f"*/{path.name}")}
    folders = (science_root() / path.parent.name, path.parent)
    return {found.stem: found for folder in folders for found in folder.glob("*.yaml")}


def _joined(base: Any, own: Any) -> Any:
    if not _is_block(base) or not _is_block(own):
        return own
    return {**base, **{key: _joined(base[key], part) if key in base else part for key, part in own.items()}}


def _is_block(data: Any) -> bool:
    return isinstance(data, dict) and not any(key in data for key in _QUANTITY)
