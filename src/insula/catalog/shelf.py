"""A shelf: named things that are read when somebody asks for them, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from insula.core.errors import UnknownName
from insula.core.problems import Problem, raise_if_any

if TYPE_CHECKING:
    from pathlib import Path

    from insula.core.yaml_lines import LinedYaml

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Entry(Generic[Thing]):
    """What was read from a file or folder.

    Parameters
    ----------
    path
        The YAML or .ant file.
    record
        None when the text cannot be read; then `problems` says why.
    problems
        Everything wrong that can be seen in this text alone.
    lined
        Lines of the keys, for YAML.
    """

    path: Path
    record: Thing | None
    problems: tuple[Problem, ...]
    lined: LinedYaml | None = None

    def line(self, *keys: str | int) -> int | None:
        """Return the line of a key path in a YAML file; None for other texts."""
        return None if self.lined is None else self.lined.line(keys)


class Shelf(Mapping[str, Thing]):
    """Records by id, in alphabetical order.

    ``shelf[id]`` raises UnknownName (with close ids) or InvalidText (with all problems of that text).
    """

    def __init__(self, kind: str, readers: Mapping[str, Callable[[], Entry[Thing]]]) -> None:
        self._kind = kind
        self._readers = dict(sorted(readers.items()))
        self._entries: dict[str, Entry[Thing]] = {}

    def entry(self, name: str) -> Entry[Thing]:
        """Return the record with its path, lines and problems; only an unknown name is raised."""
        if name not in self._readers:
            raise UnknownName(self._kind, name, self._readers)
        if name not in self._entries:
            self._entries[name] = self._readers[name]()
        return self._entries[name]

    def entries(self) -> dict[str, Entry[Thing]]:
        """Return everything on the shelf, readable or not."""
        return {name: self.entry(name) for name in self._readers}

    def readable(self) -> dict[str, Thing]:
        """Return the records that could be read."""
        return {name: found.record for name, found in self.entries().items() if found.record is not None}

    def __getitem__(self, name: str) -> Thing:
        found = self.entry(name)
        raise_if_any(list(found.problems))
        assert found.record is not None
        return found.record

    def __contains__(self, name: object) -> bool:
        return name in self._readers

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)
