"""Antimony text to flat SBML, with errors that carry file and line."""

import re
from pathlib import Path

import antimony

from insula.compiler.errors import SyntaxProblem


def to_sbml(text: str, source: str, directory: Path | None = None, main: str | None = None) -> str:
    """Flat SBML Level 3 of an Antimony text.

    Parameters
    ----------
    source
        Where the text comes from, for messages.
    directory
        Where its imports are looked for.
    main
        Model to take; the last one of the text if left out.

    Raises
    ------
    SyntaxProblem
        With Antimony's message: file, line and what was not understood.
    """
    antimony.clearPreviousLoads()
    antimony.clearDirectories()
    if directory is not None:
        antimony.addDirectory(str(directory))
    if antimony.loadAntimonyString(text) < 0:
        raise SyntaxProblem(_message(source))
    sbml = antimony.getSBMLString(main or antimony.getMainModuleName())
    if not sbml:
        raise SyntaxProblem(f"{source}: {antimony.getLastError()}")
    return str(sbml)


def _message(source: str) -> str:
    """Antimony's complaint, with the name of the file where it speaks of the string it was given."""
    return re.sub(r"Error in model string", f"Error in {source}", antimony.getLastError())
