"""One finding of the linter: how bad, where, what, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from insula.core.errors import InvalidText
from insula.core.spoken import N_, _

if TYPE_CHECKING:
    from pathlib import Path

Severity = Literal["error", "warning"]
_LABELS = {"error": N_("ERROR"), "warning": N_("WARN ")}


@dataclass(frozen=True, order=True)
class Problem:
    """A finding with an address that an editor can jump to.

    Parameters
    ----------
    severity
        ``error`` makes the check fail, ``warning`` does not.
    where
        The file.
    line
        Line in a text file; None when the finding is about the whole file.
    message, suggestion
        What is wrong, and what to do (may be empty).
    row
        Row of a table, counted as a spreadsheet does: the header is row 1. Used instead of `line`.
    key
        What the row is about, e.g. its symbol.
    """

    severity: Severity
    where: Path
    line: int | None
    message: str
    suggestion: str = ""
    row: int | None = None
    key: str = ""

    def render(self, root: Path | None = None) -> str:
        """Return the text of the finding, its path relative to `root` where it lies below."""
        text = f"{_(_LABELS[self.severity])} {self.address(root)}  {self.message}"
        return f"{text}\n      {self.suggestion}" if self.suggestion else text

    def address(self, root: Path | None = None) -> str:
        """Return ``file:line``, ``file row 4 (S_I)`` or ``file``."""
        inside = root is not None and self.where.is_relative_to(root)
        name = self.where.relative_to(root).as_posix() if root and inside else self.where.as_posix()
        if self.row is not None:
            row = _("{file} row {row}").format(file=name, row=self.row)
            return row + (f" ({self.key})" if self.key else "")
        return name if self.line is None else f"{name}:{self.line}"

    def __str__(self) -> str:
        return self.render()


def error(
    where: Path,
    message: str,
    suggestion: str = "",
    *,
    line: int | None = None,
    row: int | None = None,
    key: str = "",
) -> Problem:
    """Return a problem that makes the check fail."""
    return Problem("error", where, line, message, suggestion, row, key)


def warning(
    where: Path,
    message: str,
    suggestion: str = "",
    *,
    line: int | None = None,
    row: int | None = None,
    key: str = "",
) -> Problem:
    """Return a problem that is only shown."""
    return Problem("warning", where, line, message, suggestion, row, key)


def in_order(problems: list[Problem]) -> list[Problem]:
    """Return the problems by file and place, each once."""
    return sorted(
        set(problems), key=lambda p: (p.where.as_posix(), p.line or p.row or 0, p.severity, p.message)
    )


def raise_if_any(problems: list[Problem]) -> None:
    """Raise `InvalidText` with all problems when at least one of them is an error."""
    if any(problem.severity == "error" for problem in problems):
        raise InvalidText(in_order(problems))
