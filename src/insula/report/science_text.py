"""The texts behind a run, as plain mappings: study, population, protocols, therapies, endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insula.core.errors import InsulaError
from insula.core.problems import raise_if_any
from insula.core.yaml_lines import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Text = dict[str, Any]


@dataclass(frozen=True)
class ScienceText:
    """What the science folder says about one study; every member is YAML as it stands in the files."""

    root: Path
    endpoints: Mapping[str, Text]
    study: Text
    population: Text
    habits: Text
    regimen: Text
    protocols: Mapping[str, Text]
    therapies: Mapping[str, Text]


def read_science(root: Path, study_id: str) -> ScienceText:
    """Read the texts of a study; a text that the study names and that is missing is an error."""
    study = _read(root, f"studies/{study_id}.yaml")
    population = _read(root, f"populations/{study['population']}.yaml")
    protocols = {arm["protocol"]: _read(root, f"protocols/{arm['protocol']}.yaml") for arm in study["arms"].values()}
    return ScienceText(
        root=root,
        endpoints=_read(root, "endpoints.yaml"),
        study=study,
        population=population,
        habits=_read(root, f"habits/{population['habits']}.yaml"),
        regimen=_read(root, f"regimens/{population['regimen']}.yaml"),
        protocols=protocols,
        therapies={name: _read(root, f"biology/therapies/{name}/therapy.yaml") for name in _given(protocols.values())},
    )


def _given(protocols: Iterable[Text]) -> list[str]:
    return sorted({str(step["therapy"]) for protocol in protocols for step in protocol.get("give") or ()})


def _read(root: Path, name: str) -> Text:
    path = root / name
    if not path.is_file():
        raise InsulaError(f"The run names {name}, which is not in {root}. Use the science text that the run was made with.")
    text = read_yaml(path)
    raise_if_any(list(text.problems))
    return text.data or {}
