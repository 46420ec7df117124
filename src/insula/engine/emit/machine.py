"""The processor at hand: how wide its registers are, IR to object code, object code to an address."""

import ctypes
import os
from functools import cache
from typing import Any, NamedTuple

import llvmlite.binding as llvm

from insula.core.errors import ProtocolError

OPTIMISATION = 2
VECTORS = "INSULA_VECTORS"
"""Environment variable: narrower instructions than the processor has, to compare them."""

_REGISTERS = {"avx512": 64, "avx2": 32, "sse2": 16}
_NEEDED = {"avx512": "+avx512f", "avx2": "+avx2", "sse2": ""}
_SWITCHED_OFF = {"avx512": "", "avx2": ",-avx512f", "sse2": ",-avx"}
_SMALLEST = 16
"""Bytes of a vector register on any processor that has them (SSE2, NEON)."""


class Processor(NamedTuple):
    """What code is made for.

    Attributes
    ----------
    triple, name, features
        As LLVM writes them.
    register
        Bytes of a vector register.
    """

    triple: str
    name: str
    features: str
    register: int

    @property
    def x86(self) -> bool:
        """Whether x86 instructions may be used."""
        return self.triple.startswith("x86_64")

    @property
    def avx512(self) -> bool:
        """Whether AVX-512 instructions may be used."""
        return self.register == _REGISTERS["avx512"]


def host() -> Processor:
    """Return this processor with its widest vectors, or with those that ``INSULA_VECTORS`` names.

    Raises
    ------
    ProtocolError
        If the variable names vectors that there are not.
    """
    triple, name, features = _host()
    plain = Processor(triple, name, features, _SMALLEST)
    if not plain.x86:
        return plain
    known = [kind for kind, needed in _NEEDED.items() if needed in f"{features},".split(",") or not needed]
    wanted = os.environ.get(VECTORS) or known[0]
    if wanted not in known:
        raise ProtocolError(f"{VECTORS} is {wanted!r}; this processor has {', '.join(known)}.")
    return Processor(triple, name, features + _SWITCHED_OFF[wanted], _REGISTERS[wanted])


@cache
def _host() -> tuple[str, str, str]:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    return llvm.get_process_triple(), llvm.get_host_cpu_name(), features


def compile_object(ir: str, processor: Processor) -> bytes:
    """Optimise IR for a processor and return the object file."""
    machine = _target_machine(processor)
    module = llvm.parse_assembly(ir)
    module.triple = processor.triple
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=OPTIMISATION)
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(module, passes)
    return bytes(machine.emit_object(module))


class Library:
    """Object code loaded into this process; its functions live as long as it does."""

    def __init__(self, name: str, code: bytes, symbols: tuple[str, ...]) -> None:
        builder = llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
        for symbol in symbols:
            builder.export_symbol(symbol)
        # Distances within the code are short, which needs the linker that keeps all of an object together.
        self._jit = llvm.create_lljit_compiler(_target_machine(host()), use_jit_link=True)
        self._tracker = builder.link(self._jit, name)

    def function(self, symbol: str, *arguments: Any) -> Any:
        """Return a callable that releases the interpreter lock while it runs."""
        return ctypes.CFUNCTYPE(None, *arguments)(self._tracker[symbol])


def _target_machine(processor: Processor) -> Any:
    return llvm.Target.from_triple(processor.triple).create_target_machine(
        cpu=processor.name,
        features=processor.features,
        opt=OPTIMISATION,
        reloc="pic",
        codemodel="small",
        jit=True,
    )
