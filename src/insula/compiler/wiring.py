"""The wiring file of a model: instances of modules, joined ports, nothing else."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from insula.compiler.errors import SyntaxProblem
from insula.core.spoken import _

_COMMENT = re.compile(r"//.*")
_IMPORT = re.compile(r'import\s+"([^"]+)"\s*;?')
_MODEL = re.compile(r"model\s+\*?(\w+)\s*\(\s*\)\s*;?")
_INSTANCE = re.compile(r"(\w+)\s*:\s*(\w+)_module\s*\(\s*\)\s*;")
_JOIN = re.compile(r"(\w+)\.(\w+)\s+is\s+(\w+)\.(\w+)\s*;")
_TIME_UNIT = re.compile(r"//\s*time_unit\s*:\s*(\w+)")


class Place(NamedTuple):
    """A symbol of an instance: ``glucose.I``."""

    instance: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.instance}.{self.symbol}"


class Join(NamedTuple):
    """Two places that are one quantity, and the line that says so."""

    first: Place
    second: Place
    line: int


@dataclass(frozen=True)
class Wiring:
    """What a wiring file says.

    Attributes
    ----------
    instances : instance name -> module name, in the order of the text
    joins : in the order of the text
    time_unit : name of a unit of units.ant, from the comment ``// time_unit: <name>``
    """

    name: str
    instances: dict[str, str]
    joins: tuple[Join, ...]
    time_unit: str


def read_wiring(text: str, source: str) -> Wiring:
    """Read a wiring file.

    Raises
    ------
    SyntaxProblem
        With file and line, for anything but imports, instances and joined ports; and if the time unit is
        missing.
    """
    name, instances, joins = "", {}, []
    for line, statement in _statements(text):
        if _IMPORT.fullmatch(statement) or statement == "end":
            continue
        if found := _MODEL.fullmatch(statement):
            name = found[1]
        elif found := _INSTANCE.fullmatch(statement):
            instances[found[1]] = found[2]
        elif found := _JOIN.fullmatch(statement):
            joins.append(Join(Place(found[1], found[2]), Place(found[3], found[4]), line))
        else:
            raise SyntaxProblem(
                _(
                    '{source}:{line}  cannot read "{statement}". A wiring holds imports, `name: '
                    "name_module();` and `a.x is b.y;` only."
                ).format(source=source, line=line, statement=statement)
            )
    return Wiring(name, instances, tuple(joins), _time_unit(text, source))


def _statements(text: str) -> list[tuple[int, str]]:
    """Statements with their lines; several may stand on one line, none goes over a line's end."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        code = _COMMENT.sub("", line)
        for statement in re.findall(r"[^;]+;?", code):
            if statement.strip(" ;\t"):
                found.append((number, statement.strip()))
    return found


def _time_unit(text: str, source: str) -> str:
    found = _TIME_UNIT.search(text)
    if not found:
        raise SyntaxProblem(
            _("{source}  does not say its time unit. Add a line such as `// time_unit: minute`.").format(
                source=source
            )
        )
    return found[1]
