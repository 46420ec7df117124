"""The SBML semantic test suite: its cases, and what the engine makes of one."""

import csv
import io
import os
import tarfile
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import libsbml
import numpy as np

from insula.compiler.errors import UnsupportedConstruct
from insula.compiler.read_sbml import build_system
from insula.compiler.system import System
from insula.core.errors import InsulaError
from insula.engine.simulate import Simulation, simulate

BESIDE = Path(__file__).parents[2] / "../shared/data/sbml-test-suite/semantic-l3v2.tar.xz"
PASSED = "passed"
ABSENT = "absent: the archive has it for older levels of SBML only"


def archive() -> Path:
    """Where the suite lies, if it is here."""
    return Path(os.environ.get("INSULA_SBML_SUITE", BESIDE))


@dataclass(frozen=True)
class Case:
    """One case: settings as its file spells them, expected columns by name, read at ``time``."""

    sbml: str
    settings: dict[str, str]
    time: np.ndarray
    expected: dict[str, np.ndarray]

    def listed(self, key: str) -> list[str]:
        """Names of a setting."""
        return [name.strip() for name in self.settings.get(key, "").split(",") if name.strip()]


@cache
def files() -> dict[str, dict[str, bytes]]:
    """Files of every case by the end of their names."""
    found: dict[str, dict[str, bytes]] = defaultdict(dict)
    with tarfile.open(archive()) as tar:
        for member in tar:
            number, _, kind = Path(member.name).name.partition("-")
            if member.isfile() and number.isdigit():
                found[number][kind] = tar.extractfile(member).read()
    return dict(sorted(found.items()))


def read_case(number: str) -> Case | None:
    """Return a case, or nothing where the suite has it for older levels of SBML only."""
    texts = {kind: content.decode() for kind, content in files()[number].items()}
    if "sbml-l3v2.xml" not in texts:
        return None
    lines = (line.partition(":") for line in texts["settings.txt"].splitlines())
    settings = {key.strip(): value.strip() for key, _, value in lines}
    head, *rows = csv.reader(io.StringIO(texts["results.csv"]))
    time, *columns = np.array([row for row in rows if row], dtype=float).T
    expected = {name.strip(): column for name, column in zip(head[1:], columns, strict=True)}
    return Case(texts["sbml-l3v2.xml"], settings, time, expected)


def verdict(number: str) -> str:
    """Say that a case is passed, or in a few words why not."""
    case = read_case(number)
    if case is None:
        return ABSENT
    try:
        return compare(case, course(case, build_system(case.sbml, source=number)))
    except UnsupportedConstruct as refused:
        package = f" {refused.identifier}" if refused.construct == "package" else ""
        return f"refused: {refused.construct}{package}"
    except InsulaError as error:
        return f"error: {error}"


def course(case: Case, system: System) -> Simulation:
    """Simulate the columns that the case asks for, and the sizes that turn amounts into concentrations."""
    names = [*case.expected, *(home for home in homes(case).values() if home in system.observables)]
    end, steps = float(case.settings["duration"]), int(case.settings["steps"])
    return simulate(system, end, steps, variables=list(dict.fromkeys(names)))


def homes(case: Case) -> dict[str, str]:
    """Compartments of the species that are reported as something else than their symbol means."""
    document = libsbml.readSBMLFromString(case.sbml)  # held: its parts do not outlive it
    species = [s for s in document.getModel().getListOfSpecies() if s.getId() in case.expected]
    return {
        s.getId(): s.getCompartment()
        for s in species
        if s.getId() in case.listed("concentration" if s.getHasOnlySubstanceUnits() else "amount")
    }


def compare(case: Case, found: Simulation) -> str:
    """Apply the suite's own rule: apart by no more than the absolute plus the relative tolerance."""
    absolute, relative = (float(case.settings[key]) for key in ("absolute", "relative"))
    columns, home = dict(zip(found.names, found.values.T, strict=True)), homes(case)
    np.testing.assert_allclose(found.time, case.time, rtol=1e-6)  # printed with eight digits
    for name, expected in case.expected.items():
        size = columns.get(home.get(name, ""), 1.0)  # a compartment of no dimension has no size
        ours = columns[name] * size if name in case.listed("amount") else columns[name] / size
        off = ~np.isclose(ours, expected, rtol=relative, atol=absolute, equal_nan=True)
        if off.any():
            row = int(off.argmax())
            return f"wrong: {name} at {case.time[row]:g} is {ours[row]:g}, expected {expected[row]:g}"
    return PASSED
