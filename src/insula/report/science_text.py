"""The texts behind a run as plain mappings, the way the summary and its JSON hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from insula.catalog import Catalog
    from insula.catalog.records import Protocol, Study

Text = dict[str, Any]

_IMPORTED = re.compile(r"modules/(\w+)/")


@dataclass(frozen=True)
class ScienceText:
    """What the science folder says about one study. Members are the records of the catalog as plain mappings.

    `modules` are those wired into the models, and those of the therapies that some arm is given. In `protocols` what is
    given again and again stands one by one.
    """

    catalog: Catalog
    endpoints: Mapping[str, Text]
    study: Text
    population: Text
    habits: Text
    regimen: Text
    protocols: Mapping[str, Text]
    therapies: Mapping[str, Text]
    modules: tuple[str, ...]

    def unit(self, name: str) -> str:
        """Return the unit of an endpoint or a dotted symbol; empty when neither text states one."""
        endpoint = self.endpoints.get(endpoint_of(name, self.endpoints))
        return str(endpoint["unit"]) if endpoint else self._unit_of_symbol(name)

    def measured(self, name: str) -> str:
        """Return what an endpoint or symbol measures (``glucose``, ``hba1c``): it decides the other unit."""
        return str(self.endpoints.get(endpoint_of(name, self.endpoints), {}).get("quantity", ""))

    def _unit_of_symbol(self, name: str) -> str:
        module, _, symbol = name.partition(":")[2].rpartition(".") if ":" in name else name.rpartition(".")
        if module not in self.catalog.modules:
            return ""
        declared = re.search(rf"\b{re.escape(symbol)}\s+has\s+(\w+)", self.catalog.modules[module].text)
        return declared[1] if declared else ""


def read_science(catalog: Catalog, study: Study) -> ScienceText:
    """Read the texts of a study; one that it names and that is missing is an error of the catalog."""
    population = catalog.populations[study.population]
    protocols = {
        arm.protocol: study.protocols.get(arm.protocol) or catalog.protocols[arm.protocol]
        for arm in study.arms.values()
    }
    given = sorted({step.therapy for protocol in protocols.values() for step in protocol.give})
    therapies = {name: catalog.therapies[name] for name in given}
    wired = {name for model in catalog.models.values() for name in _IMPORTED.findall(model.text)}
    wired |= {therapy.module for therapy in therapies.values() if therapy.module}
    return ScienceText(
        catalog=catalog,
        endpoints={name: _plain(endpoint) for name, endpoint in catalog.endpoints.readable().items()},
        study=_plain(study),
        population=_plain(population),
        habits=_plain(catalog.habits[population.habits]),
        regimen=_plain(catalog.regimens[population.regimen]),
        protocols={name: _plain(_one_by_one(protocol)) for name, protocol in protocols.items()},
        therapies={name: _plain(therapy) for name, therapy in therapies.items()},
        modules=tuple(name for name in sorted(wired) if name in catalog.modules),
    )


def endpoint_of(name: str, endpoints: Mapping[str, Text]) -> str:
    """Return the endpoint that a quantity of the course or a criterion speaks of, else the name itself.

    The last part of a dotted symbol names it: ``glycated_haemoglobin.hba1c`` is the endpoint ``hba1c``.
    """
    last = name.rpartition(".")[2]
    return last if last in endpoints else name


def _one_by_one(protocol: Protocol) -> Protocol:
    return protocol.model_copy(update={"give": protocol.given})


def _plain(record: BaseModel) -> Text:
    return record.model_dump(mode="json", by_alias=True, exclude_none=True)
