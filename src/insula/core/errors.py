"""Errors named by what the user did; every message says what, where and what to do next."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.core.problems import Problem


class InsulaError(Exception):
    """Anything that insula refuses, with a message meant for a person."""


class UnknownName(InsulaError):
    """A name that nothing answers to."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        told = _('There is no {kind} "{name}".').format(kind=_(kind), name=name)
        super().__init__(f"{told} {suggest(name, self.known)}".rstrip())

    def __reduce__(self) -> tuple[type[UnknownName], tuple[str, str, tuple[str, ...]]]:
        return type(self), (self.kind, self.name, self.known)  # a worker process sends its errors pickled


class UnitMismatch(InsulaError):
    """Two units that cannot be converted into each other."""


class InvalidText(InsulaError):
    """Text under science/ that cannot be read; carries every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InvalidText], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class ProtocolError(InsulaError):
    """A schedule, protocol or study that asks for something impossible."""


class CompileError(InsulaError):
    """A model text that cannot be turned into a kernel."""


class SolverFailure(InsulaError):
    """A single integration that failed where no batch could report it as a status."""


class EvidenceError(InsulaError):
    """Published rows that cannot be used as asked."""


class NotReproducible(InsulaError):
    """A run that cannot be repeated from its manifest."""


_LIKE_AT_ALL = 0.55  # share of letters in common (difflib) below which a suggestion would only puzzle
_LIKE_THE_BEST = 0.05  # names this much less like than the best are left out
_PART_AT_LEAST = 3  # letters of a part of a name: fewer stand in too many names


def close_names(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the names most like `name`, best first, letter case ignored; empty when none is close.

    Where words of longer names begin with it, these are the close ones: ``reichman`` of ``reichman_2025_zimislecel``.
    """
    asked = name.casefold()
    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(candidate.casefold(), candidate)
    longer = [] if asked in by_fold else _longer(asked, by_fold)
    if longer:
        return [by_fold[fold] for fold in longer[:most]]
    close = difflib.get_close_matches(asked, by_fold, n=most, cutoff=_LIKE_AT_ALL)
    likeness = [difflib.SequenceMatcher(None, fold, asked).ratio() for fold in close]
    return [
        by_fold[c] for c, like in zip(close, likeness, strict=True) if like >= likeness[0] - _LIKE_THE_BEST
    ]


def _longer(asked: str, names: Iterable[str]) -> list[str]:
    """Return the names of which a word begins with `asked`, those that begin with it first, short ones first."""
    if len(asked) < _PART_AT_LEAST:
        return []
    begins = re.compile(rf"(?:^|[_.\W]){re.escape(asked)}")
    found = [fold for fold in names if begins.search(fold)]
    return sorted(found, key=lambda fold: (not fold.startswith(asked), len(fold), fold))


def suggest(name: str, known: Iterable[str]) -> str:
    """Return `Did you mean "...", ...?`, else the list of what there is (empty when there is nothing)."""
    known = sorted(known)
    close = close_names(name, known)
    if close:
        return _("Did you mean {names}?").format(names=_(" or ").join(f'"{other}"' for other in close))
    shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
    return _("Known: {names}.").format(names=shown) if known else ""
