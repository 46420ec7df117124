"""The processor at hand: how many lanes fit a register, IR to object code, object code to an address."""

import ctypes
from functools import cache
from typing import Any

import llvmlite.binding as llvm

OPTIMISATION = 2


@cache
def host() -> tuple[str, str, str]:
    """Target triple, processor name and features."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    return llvm.get_process_triple(), llvm.get_host_cpu_name(), features


def host_width() -> int:
    """Doubles in one vector register of this processor: 8 (AVX-512), 4 (AVX2) or 2."""
    features = host()[2].split(",")
    if "+avx512f" in features:
        return 8
    return 4 if "+avx2" in features else 2


def compile_object(ir: str) -> bytes:
    """Optimise IR for this processor and return the object file."""
    machine = _target_machine()
    module = llvm.parse_assembly(ir)
    module.triple = host()[0]
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
        self._jit = llvm.create_lljit_compiler(_target_machine())
        self._tracker = builder.link(self._jit, name)

    def function(self, symbol: str, *arguments: Any) -> Any:
        """Return a callable that releases the interpreter lock while it runs."""
        return ctypes.CFUNCTYPE(None, *arguments)(self._tracker[symbol])


def _target_machine() -> Any:
    triple, processor, features = host()
    return llvm.Target.from_triple(triple).create_target_machine(
        cpu=processor, features=features, opt=OPTIMISATION, reloc="pic", jit=True
    )
