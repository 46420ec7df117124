"""What a compiled kernel depends on, as one key."""

import hashlib
from functools import cache
from pathlib import Path

import llvmlite

from insula.engine.emit.formats import Format
from insula.engine.emit.machine import OPTIMISATION, Processor
from insula.engine.lowering import Expressions
from insula.engine.methods.tableau import Tableau


def kernel_key(expressions: Expressions, method: Tableau, stage: Format, processor: Processor) -> str:
    """Key of a kernel: expressions, method, precision, processor, and the code that makes kernels."""
    made_for = (repr(stage), repr(processor), str(OPTIMISATION), llvmlite.__version__)
    parts = (expressions.text(), repr(method), *made_for, _compiler_digest())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def _compiler_digest() -> str:
    """Digest of the sources of the compiler and the engine, so that no change of them meets an old kernel."""
    engine = Path(__file__).parent
    digest = hashlib.sha256()
    for folder in (engine, engine.parent / "compiler"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
