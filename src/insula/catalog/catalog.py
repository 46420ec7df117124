"""The catalog: everything under science/, found by name and read when asked for."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from insula.catalog.evidence_schema import NotReplayed, Outcome, Schema, TherapyClass, read_schema
from insula.catalog.evidence_tables import SCHEMA, EvidenceTables, read_evidence
from insula.catalog.own_texts import KEPT, OWN, folders_of_studies, with_texts
from insula.catalog.readers import (
    read_ensemble,
    read_model,
    read_module,
    table_reader,
    yaml_part,
    yaml_reader,
)
from insula.catalog.records import (
    AveragedMapText,
    CalibrationPlan,
    ClockSettings,
    Endpoint,
    Ensemble,
    Habits,
    HandoverRow,
    Model,
    Module,
    PersonRow,
    Population,
    Procedure,
    Protocol,
    Question,
    Regimen,
    Review,
    SensorWord,
    Study,
    Therapy,
)
from insula.catalog.records.contradictions import Contradiction
from insula.catalog.records.harms import AdverseEvent, Harms
from insula.catalog.saved_population import read_saved, saved_folders
from insula.catalog.shelf import Entry, Shelf
from insula.core.citations import Citation, read_bibliography
from insula.core.errors import InsulaError
from insula.core.paths import science_root
from insula.core.problems import in_order, raise_if_any
from insula.core.provenance import tree_hash
from insula.core.spoken import _
from insula.core.yaml_lines import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from insula.core.problems import Problem

Thing = TypeVar("Thing")
Part = TypeVar("Part", bound=BaseModel)
_SCIENCE_TEXT = ("**/*.ant", "**/*.csv", "**/*.yaml", "**/*.txt", "**/*.bib")


class Catalog:
    """A frozen view of a science folder, and of a user's own texts outside it.

    Parameters
    ----------
    root
        The science folder.
    beside
        Folders with own ``populations/``, ``habits/``, ``regimens/`` and ``protocols/``, which go before those of
        `root`.
    evidence
        Folder with evidence tables that are read instead of those of `root`, whose schema they follow: a topic,
        or a folder of topics.
    anew
        Ensemble that is being fitted again: populations that name it have the spreads of the tables. Empty: none.

    Shelves are mappings by id (the name of the file or folder). Nothing is read before it is asked for; what
    cannot be read raises InvalidText with all problems of that text only. `problems` reads everything.
    """

    def __init__(
        self, root: Path, beside: tuple[Path, ...] = (), evidence: Path | None = None, anew: str = ""
    ) -> None:
        self.root = root
        self.beside = with_texts(folder for folder in beside if folder.resolve() != root.resolve())
        self.own_evidence = evidence
        self.anew = anew

    @classmethod
    def open(cls, root: Path | None = None) -> Catalog:
        """Open a science folder; by default the one of this installation."""
        return cls((root or science_root()).resolve())

    def beside_study(self, study: str | Path) -> Catalog:
        """Return the same text with what lies beside the file of a study; of a study of the catalog, this one."""
        return self._with(folders_of_studies(Path(study).parent)) if _is_file(study) else self

    def of_run(self, run: Path) -> Catalog:
        """Return the same text with the user's own that a run's folder keeps."""
        return self._with((run / KEPT,))

    def _with(self, folders: tuple[Path, ...]) -> Catalog:
        """Return the same text with the own ones in the folders; without any, this one and what it has read."""
        return Catalog(self.root, folders, self.own_evidence, self.anew) if with_texts(folders) else self

    @cached_property
    def modules(self) -> Shelf[Module]:
        """Modules, and therapies that bring a text of their own."""
        return Shelf(
            "module",
            {
                path.stem: partial(read_module, path)
                for folder in ("modules", "therapies")
                for path in self.root.glob(f"biology/{folder}/*/*.ant")
            },
        )

    @cached_property
    def models(self) -> Shelf[Model]:
        """Wirings: ``metabolic`` and ``disease``."""
        return self._shelf("model", "biology/models/*.ant", read_model)

    @cached_property
    def therapies(self) -> Shelf[Therapy]:
        """Drugs and cell products."""
        return self._shelf("therapy", "biology/therapies/*/therapy.yaml", yaml_reader(Therapy), name=_folder)

    @cached_property
    def harms(self) -> Shelf[Harms]:
        """What therapies do wrong, by therapy; one whose harms nobody wrote down is not on the shelf."""
        return self._shelf(
            "list of harms", "biology/therapies/*/harms.yaml", yaml_reader(Harms), name=_folder
        )

    @cached_property
    def populations(self) -> Shelf[Population]:
        """Which people; own ones may be drawn and saved already."""
        saved = {name: partial(read_saved, folder) for name, folder in self.saved.items()}
        return self._shelf("population", "populations/*.yaml", yaml_reader(Population), also=saved)

    @cached_property
    def saved(self) -> dict[str, Path]:
        """Folders of the populations that `insula population` has saved beside a study, by name."""
        return saved_folders(self.beside)

    @cached_property
    def habits(self) -> Shelf[Habits]:
        """How people eat and treat lows."""
        return self._shelf("habits file", "habits/*.yaml", yaml_reader(Habits))

    @cached_property
    def regimens(self) -> Shelf[Regimen]:
        """Insulin and its titration."""
        return self._shelf("regimen", "regimens/*.yaml", yaml_reader(Regimen))

    @cached_property
    def protocols(self) -> Shelf[Protocol]:
        """Who gets what when."""
        return self._shelf("protocol", "protocols/*.yaml", yaml_reader(Protocol))

    @cached_property
    def procedures(self) -> Shelf[Procedure]:
        """Tests that are done at a visit."""
        return self._shelf("procedure", "procedures/*.yaml", yaml_reader(Procedure))

    @cached_property
    def studies(self) -> Shelf[Study]:
        """Virtual trials."""
        return self._shelf("study", "studies/*.yaml", yaml_reader(Study))

    @cached_property
    def calibrations(self) -> Shelf[CalibrationPlan]:
        """Plans of what is fitted to which rows."""
        return self._shelf("calibration plan", "calibrations/*.yaml", yaml_reader(CalibrationPlan))

    @cached_property
    def ensembles(self) -> Shelf[Ensemble]:
        """Fitted ensembles that populations name."""
        return self._shelf("ensemble", "ensembles/*.csv", read_ensemble)

    def ensemble_of(self, population: Population) -> Ensemble | None:
        """Return the ensemble that a population names; None where it names none, or one that is fitted anew."""
        return None if population.ensemble in (None, self.anew) else self.ensembles[population.ensemble]

    def fitting(self, ensemble: str) -> Catalog:
        """Return the same text for a fit that gives this ensemble."""
        return Catalog(self.root, self.beside, self.own_evidence, ensemble)

    @cached_property
    def reviews(self) -> Shelf[Review]:
        """Living reviews of the evidence."""
        return self._shelf("review", "reviews/*.yaml", yaml_reader(Review))

    @cached_property
    def questions(self) -> Shelf[Question]:
        """What a clinic may ask about one patient."""
        return self._shelf("question", "questions/*.yaml", yaml_reader(Question))

    @cached_property
    def topics(self) -> Shelf[EvidenceTables]:
        """Published rows by topic."""
        folder = self.own_evidence or self.root / "evidence"
        read = partial(read_evidence, self.root / "evidence" / SCHEMA)
        paths = [path for place in (".", "*") for path in folder.glob(f"{place}/studies.csv")]
        return Shelf("topic of evidence", {_folder(path): partial(read, path.parent) for path in paths})

    def evidence(self, topic: str) -> EvidenceTables:
        """Return the raw rows of a topic."""
        return self.topics[topic]

    @cached_property
    def endpoints(self) -> Shelf[Endpoint]:
        """Entries of endpoints.yaml."""
        return self._parts("endpoint", self.root / "endpoints.yaml", Endpoint)

    @cached_property
    def adverse_events(self) -> Shelf[AdverseEvent]:
        """Entries of adverse_events.yaml: what harms are called."""
        return self._parts("adverse event", self.root / "adverse_events.yaml", AdverseEvent)

    @cached_property
    def outcomes(self) -> Shelf[Outcome]:
        """Entries of evidence/outcomes.yaml: published outcomes that are no endpoint."""
        return self._parts("outcome", self.root / "evidence" / "outcomes.yaml", Outcome)

    @cached_property
    def therapy_classes(self) -> Shelf[TherapyClass]:
        """Entries of evidence/therapy_classes.yaml."""
        return self._parts("therapy class", self.root / "evidence" / "therapy_classes.yaml", TherapyClass)

    @cached_property
    def not_replayed(self) -> Shelf[NotReplayed]:
        """Entries of evidence/not_replayed.yaml."""
        return self._parts("reason", self.root / "evidence" / "not_replayed.yaml", NotReplayed)

    @cached_property
    def contradictions(self) -> Shelf[Contradiction]:
        """Entries of evidence/contradictions.yaml: where sources contradict each other, and what the model does."""
        return self._parts("contradiction", self.root / "evidence" / "contradictions.yaml", Contradiction)

    @cached_property
    def evidence_schema(self) -> Schema:
        """Every column of every evidence table; InvalidText when it cannot be read."""
        schema, problems = read_schema(self.root / "evidence" / SCHEMA)
        raise_if_any(problems)
        return schema

    @cached_property
    def handover(self) -> tuple[HandoverRow, ...]:
        """What the two clocks hand to each other."""
        return self.handovers["handover"]

    @cached_property
    def clocks(self) -> ClockSettings:
        """How the two clocks are stepped."""
        return self.settings["clocks"]

    @cached_property
    def averaged_map(self) -> AveragedMapText:
        """How the averaged day is learnt."""
        return self.maps["averaged_map"]

    @cached_property
    def citations(self) -> dict[str, Citation]:
        """Entries of citations.bib."""
        found, problems = read_bibliography(self.root / "biology" / "citations.bib")
        raise_if_any(problems)
        return found

    @cached_property
    def science_hash(self) -> str:
        """One hash of all texts of the science folder."""
        return tree_hash(self.root, _SCIENCE_TEXT)

    def problems(self) -> list[Problem]:
        """Read everything and return all that is wrong with any single text."""
        shelves: list[Shelf[Any]] = [self.modules, self.models, self.therapies, self.populations, self.habits]
        shelves += [self.regimens, self.protocols, self.procedures, self.studies, self.endpoints, self.topics]
        shelves += [self.handovers, self.settings, self.maps, self.persons, self.outcomes, self.reviews]
        shelves += [self.harms, self.adverse_events, self.sensor_words]
        shelves += [
            self.therapy_classes,
            self.not_replayed,
            self.contradictions,
            self.calibrations,
            self.ensembles,
            self.questions,
        ]
        found = [
            problem for shelf in shelves for entry in shelf.entries().values() for problem in entry.problems
        ]
        _, faults = read_bibliography(self.root / "biology" / "citations.bib")
        parted = ("outcomes.yaml", "therapy_classes.yaml", "not_replayed.yaml", "contradictions.yaml")
        of_root = (self.root / "endpoints.yaml", self.root / "adverse_events.yaml")
        for path in (*of_root, *(self.root / "evidence" / name for name in parted)):
            found += read_yaml(path).problems if path.exists() else ()
        return in_order(found + faults)

    @cached_property
    def handovers(self) -> Shelf[tuple[HandoverRow, ...]]:
        """The table ``handover``, if there is one."""
        return self._shelf("table", "biology/models/handover.csv", table_reader(HandoverRow, "from"))

    @cached_property
    def persons(self) -> Shelf[tuple[PersonRow, ...]]:
        """The table ``persons``, if there is one: published persons that a model must be able to reproduce."""
        return self._shelf("table", "biology/models/persons.csv", table_reader(PersonRow, "person"))

    @cached_property
    def sensor_words(self) -> Shelf[tuple[SensorWord, ...]]:
        """The table ``sensor_words``, if there is one: how files of sensor readings are worded."""
        return self._shelf("table", "sensor_words.csv", table_reader(SensorWord, "word"))

    @cached_property
    def settings(self) -> Shelf[ClockSettings]:
        """The settings ``clocks``, if there are any."""
        return self._shelf("settings file", "biology/models/clocks.yaml", yaml_reader(ClockSettings))

    @cached_property
    def maps(self) -> Shelf[AveragedMapText]:
        """The design ``averaged_map``, if there is one."""
        return self._shelf("averaged map", "biology/models/averaged_map.yaml", yaml_reader(AveragedMapText))

    def _parts(self, kind: str, path: Path, record: type[Part]) -> Shelf[Part]:
        """Return the entries of a YAML file that holds many; none where there is no such file."""
        if not path.exists():
            return Shelf(kind, {})
        lined = read_yaml(path)
        names = lined.data if isinstance(lined.data, dict) else {}
        return Shelf(kind, {name: partial(yaml_part, record, path, lined, name) for name in names})

    def _shelf(
        self,
        kind: str,
        pattern: str,
        read: Callable[[Path], Entry[Thing]],
        name: Callable[[Path], str] = lambda path: path.stem,
        also: Mapping[str, Callable[[], Entry[Thing]]] | None = None,
    ) -> Shelf[Thing]:
        folders = (self.root, *(self.beside if pattern.startswith(OWN) else ()))
        paths = (path for folder in folders for path in folder.glob(pattern))
        return Shelf(kind, {name(path): partial(read, path) for path in paths} | dict(also or {}))


def load_study(study: str | Path, catalog: Catalog | None = None) -> Study:
    """Return a study by its id, or read one from a YAML file anywhere.

    Raises
    ------
    UnknownName
        No study has this id; close ids are named.
    InvalidText
        All problems of its text.
    """
    found = find_study(study, catalog or Catalog.open())
    raise_if_any(list(found.problems))
    assert found.record is not None
    return found.record


def find_study(study: str | Path, catalog: Catalog) -> Entry[Study]:
    """Return a study by its id, or from a YAML file anywhere, readable or not; an unknown name or file is raised."""
    if not _is_file(study):
        return catalog.studies.entry(str(study))
    path = Path(study)
    if not path.is_file():
        raise InsulaError(_("There is no file {path}.").format(path=path))
    return yaml_reader(Study)(path)


def _is_file(study: str | Path) -> bool:
    """Whether a study is named by its file and not by its id."""
    return str(study).endswith((".yaml", ".yml"))


def _folder(path: Path) -> str:
    return path.parent.name
