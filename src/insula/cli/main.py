"""Entry point of the command ``insula``."""

from __future__ import annotations

import os
import sys

import click

from insula.core.errors import InsulaError

EXIT_FAILURES = 1
EXIT_WRONG_USE = 2

_COMMANDS = {
    "run": "insula.cli.run",
    "rerun": "insula.cli.rerun",
    "report": "insula.cli.report",
    "compare": "insula.cli.compare",
    "simulate": "insula.cli.simulate",
    "check": "insula.cli.check",
    "list": "insula.cli.list",
    "evidence": "insula.cli.evidence",
    "meta": "insula.cli.meta",
    "validate": "insula.cli.validate",
    "review": "insula.cli.review",
    "calibrate": "insula.cli.calibrate",
    "ask": "insula.cli.ask",
    "sensitivity": "insula.cli.sensitivity",
    "optimise": "insula.cli.optimise",
    "manual": "insula.cli.manual",
    "population": "insula.cli.population",
    "forecast": "insula.cli.forecast",
}


class _LazyGroup(click.Group):
    """Imports a command only when it is asked for, so that ``insula --help`` answers at once."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        from importlib import import_module

        return _with_lines(import_module(_COMMANDS[name]).command)


def _with_lines(command: click.Command) -> click.Command:
    r"""Let click keep the lines below a `\b` of a help text: it looks for a backspace, docstrings here are raw."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="insula")
@click.pass_context
def group(context: click.Context) -> None:
    r"""insula: an in-silico clinic for cell therapy of diabetes.

    Research software. It simulates trials and holds every prediction against what was published. It gives no
    clinical advice and makes no promise.

    \b
    Examples:
      insula run reichman_2025_zimislecel --patients 200 --out runs/zimislecel
      insula list
      insula check
    """
    from insula.cli.options import errors_in

    errors_in(context, None, None)


_with_lines(group)


def main() -> None:
    """Run the command line; what the user did wrong ends with exit code 2 and a message."""
    try:
        sys.exit(group(standalone_mode=False) or 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(EXIT_WRONG_USE)
    except InsulaError as problem:
        click.echo(f"insula: {problem}", err=True)
        sys.exit(EXIT_WRONG_USE)
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as problem:
        click.echo(f"insula: {problem.filename}: {problem.strerror}.", err=True)
        sys.exit(EXIT_WRONG_USE)


if __name__ == "__main__":
    main()
