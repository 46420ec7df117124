"""``insula simulate``: integrate one model, SBML or Antimony."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from insula.core.errors import InsulaError
from insula.core.spoken import _
from insula.core.tables import print_csv, write_csv


@click.command("simulate")
@click.argument("model", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--end", type=float, required=True, help="Last time, in the model's unit.")
@click.option("--steps", type=click.IntRange(min=1), required=True, help="Intervals of the output, N+1 rows.")
@click.option("--variables", default=None, help="Symbols to write, separated by commas; default: all states.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="ID=VALUE",
    help="Another value of a parameter, or of a state at the start; repeatable.",
)
@click.option("--rtol", type=float, default=1e-9, show_default=True, help="Relative tolerance.")
@click.option("--atol", type=float, default=1e-12, show_default=True, help="Absolute tolerance.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="CSV file; default standard output.",
)
def command(
    model: Path,
    end: float,
    steps: int,
    variables: str | None,
    settings: tuple[str, ...],
    rtol: float,
    atol: float,
    out: Path | None,
) -> None:
    r"""Integrate MODEL (.xml, .sbml or .ant) from 0 to --end and write a table `time,id,...`.

    \b
    Examples:
      insula simulate model.xml --end 100 --steps 50
      insula simulate model.ant --end 10 --steps 10 --variables S1,S2 --set k1=0.3 --out result.csv
    """
    from insula.engine.simulate import simulate

    names = tuple(name.strip() for name in variables.split(",")) if variables else None
    found = simulate(model, end, steps, variables=names, changes=_parse(settings), rtol=rtol, atol=atol)
    columns = {"time": found.time, **dict(zip(found.names, found.values.T, strict=True))}
    if out is None:
        print_csv(sys.stdout, columns)
    else:
        write_csv(out, columns)


def _parse(settings: tuple[str, ...]) -> dict[str, float]:
    """Turn ``id=value`` texts into numbers; all wrong ones are named at once."""
    parsed, wrong = {}, []
    for text in settings:
        name, _sign, value = text.partition("=")
        try:
            parsed[name.strip()] = float(value)
        except ValueError:
            wrong.append(text)
    if wrong:
        raise InsulaError(
            _("--set takes ID=VALUE with a number, not {names}.").format(names=", ".join(wrong))
        )
    return parsed
