"""The averaged day: how a day's glucose depends on what the disease clock hands over, learnt from simulated days.

The metabolic clock is run on a space-filling design of handed-over quantities and insulin doses for the nominal
patient; smooth polynomials through the daily averages become the module ``averaged_day`` of the disease model. Each
patient carries an offset per output, corrected whenever a real day of that patient is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insula.compiler.module_text import ModuleText
from insula.trial.scales import inverse_text, scale_text, to_scale

if TYPE_CHECKING:
    from insula.catalog.records import AveragedMapText, MapOutput
    from insula.trial.surrogate import Surrogate

MODULE = "averaged_day"


@dataclass(frozen=True)
class AveragedMap:
    """The fitted map.

    ``outputs`` by dotted disease symbol; ``surrogate.error`` is in the order of the outputs, on their scales.
    """

    text: AveragedMapText
    surrogate: Surrogate

    @property
    def outputs(self) -> dict[str, MapOutput]:
        """Outputs by dotted symbol of the disease model."""
        return {f"{MODULE}.{output.id}": output for output in self.text.outputs}

    @staticmethod
    def offset(output: MapOutput) -> str:
        """Disease parameter that holds a patient's own correction of an output."""
        return f"{MODULE}.offset_{output.id}"

    def summary(self) -> dict[str, Any]:
        """Return design size and leave-one-out errors, for the manifest."""
        errors = zip(self.outputs, self.surrogate.error.tolist(), strict=True)
        return {"design_points": self.text.points, "leave_one_out_error": {k: round(e, 6) for k, e in errors}}

    @property
    def module(self) -> dict[str, ModuleText]:
        """The generated module, ready to be composed."""
        return {MODULE: ModuleText(Path(f"{MODULE}.ant"), *self._antimony())}

    def _antimony(self) -> tuple[str, dict[str, float]]:
        """Antimony text and its numbers."""
        lines = [f"model {MODULE}_module()"]
        values: dict[str, float] = {}
        for item in self.text.inputs:
            low, high = (float(to_scale(item.scale, bound)) for bound in (item.low, item.high))
            values |= {f"{item.id}_low": item.low, f"{item.id}_high": item.high}
            values |= {f"{item.id}_middle": (low + high) / 2, f"{item.id}_half": (high - low) / 2}
            names = ("low", "high")
            lines += [f"  var {name}; {name} has {item.unit};" for name in (*item.sum_of, item.id)]
            if item.sum_of:
                lines.append(f"  {item.id} := {' + '.join(item.sum_of)};")
            lines += [f"  {item.id}_{name} has {item.unit};" for name in names]
            lines += [f"  {item.id}_{name} has dimensionless;" for name in ("middle", "half")]
            lines.append(f"  {item.id}_unit has {item.unit};")
            values[f"{item.id}_unit"] = 1.0
            inside = f"min(max({item.id}, {item.id}_low), {item.id}_high)/{item.id}_unit"
            lines.append(f"  {item.id}_z has dimensionless;")
            lines.append(
                f"  {item.id}_z := ({scale_text(item.scale, inside)} - {item.id}_middle)/{item.id}_half;"
            )
        for k, output in enumerate(self.text.outputs):
            terms = []
            for m, powers in enumerate(self.surrogate.exponents):
                name = f"{output.id}_c{m}"
                values[name] = float(self.surrogate.coefficients[m, k])
                lines.append(f"  {name} has dimensionless;")
                terms.append("*".join([name, *self._factors(powers)]))
            values |= {f"offset_{output.id}": 0.0, f"{output.id}_unit": 1.0}
            lines.append(f"  offset_{output.id} has dimensionless;  {output.id}_unit has {output.unit};")
            lines.append(f"  {output.id}_scaled has dimensionless;")
            lines.append(f"  {output.id}_scaled := offset_{output.id} + {' + '.join(terms)};")
            lines.append(f"  var {output.id}; {output.id} has {output.unit};")
            lines.append(
                f"  {output.id} := {output.id}_unit*{inverse_text(output.scale, f'{output.id}_scaled')};"
            )
        return "\n".join([*lines, "end\n"]), values

    def _factors(self, powers: tuple[int, ...]) -> list[str]:
        return [
            f"{item.id}_z" for item, power in zip(self.text.inputs, powers, strict=True) for _ in range(power)
        ]
