"""``insula meta`` in this process, with the exit code a person would see."""

import sys
from types import SimpleNamespace

from insula.cli.main import main


def run_meta(capsys, monkeypatch, *arguments):
    """Run the command; return exit code, standard output and standard error."""
    monkeypatch.setattr(sys, "argv", ["insula", "meta", *map(str, arguments)])
    code = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code or 0
    out, err = capsys.readouterr()
    return SimpleNamespace(returncode=code, stdout=out, stderr=err)
