"""Every width of registers gives the same results; nothing binds the code to x86."""

import llvmlite.binding as llvm
import numpy as np
import pytest
from engine_models import kernel, rows, system

from insula.core.errors import ProtocolError
from insula.engine.emit.driver import emit_kernel
from insula.engine.emit.formats import DOUBLE, SINGLE
from insula.engine.emit.machine import VECTORS, Processor, compile_object, host
from insula.engine.lowering import expressions_of, prepare
from insula.engine.methods import METHODS
from insula.engine.schedule import Schedule
from insula.engine.solve import solve

KINDS = ("avx512", "avx2", "sse2")
MODEL = """model m()
  p = 1; n = 1.5; x = 1; y = 2; hits = 0;
  x' = -p*x^n + tanh(y); y' = exp(-x) - 0.1*p*y + 0.2*sin(3*time);
  hit: at y < 1.5: hits = hits + 1;
end"""
X86 = pytest.mark.skipif(not host().x86, reason="the variable names vectors of x86")


def known():
    return [kind for kind in KINDS if not host().x86 or available(kind)]


def available(kind):
    patch = pytest.MonkeyPatch()
    patch.setenv(VECTORS, kind)
    try:
        return bool(host())
    except ProtocolError:
        return False
    finally:
        patch.undo()


def course(precision, rtol):
    k = kernel(MODEL, ("x", "y", "hits"), precision=precision)
    parameters = rows(k, 37, p=np.linspace(0.1, 3, 37), n=np.linspace(0.5, 4, 37))
    found = solve(k, parameters, Schedule.readings(37, np.linspace(0, 5, 11)), rtol=rtol, atol=rtol * 1e-3)
    assert found.ok.all()
    return k.key, found


@X86
@pytest.mark.parametrize(
    ("precision", "rtol", "apart"),
    [
        # Not bit for bit: AVX-512 has its own reciprocal, and SSE2 rounds products that the others fuse with sums.
        ("f64", 1e-6, 1e-9),
        ("mixed", 1e-4, 3e-4),
    ],
)
def test_every_width_gives_the_same_results(precision, rtol, apart, monkeypatch):
    found = {}
    for kind in known():
        monkeypatch.setenv(VECTORS, kind)
        found[kind] = course(precision, rtol)
    assert len({key for key, _ in found.values()}) == len(found), "kernels of different widths were mixed up"
    first, *others = (solution for _, solution in found.values())
    for other in others:
        np.testing.assert_allclose(other.values, first.values, rtol=apart, atol=apart)


@X86
@pytest.mark.parametrize("kind", known())
def test_the_registers_are_as_wide_as_asked_for(kind, monkeypatch):
    monkeypatch.setenv(VECTORS, kind)
    expressions, jacobian = prepare(expressions_of(system(MODEL), ("x",)))
    for form in (DOUBLE, SINGLE):
        text, _ = emit_kernel(expressions, jacobian, METHODS["rodas5p"], form, host())
        lanes = {"avx512": 64, "avx2": 32, "sse2": 16}[kind] // form.size
        assert f"<{lanes} x {form.real}>" in text
        assert ("avx512" in text) == (kind == "avx512")


@X86
def test_vectors_that_there_are_not_are_refused(monkeypatch):
    monkeypatch.setenv(VECTORS, "mmx")
    with pytest.raises(ProtocolError, match="INSULA_VECTORS is 'mmx'; this processor has .*sse2"):
        host()


@pytest.mark.parametrize("form", [DOUBLE, SINGLE])
def test_the_same_text_compiles_for_arm(form):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    arm = Processor("aarch64-unknown-linux-gnu", "generic", "+neon", 16)
    expressions, jacobian = prepare(expressions_of(system(MODEL), ("x", "hits")))
    text, _ = emit_kernel(expressions, jacobian, METHODS["rodas5p"], form, arm)
    assert "x86" not in text
    code = compile_object(text, arm)
    machine = int.from_bytes(code[18:20], "little")
    assert code[:4] == b"\x7fELF"
    assert machine == 183  # EM_AARCH64, ELF for the Arm 64-bit architecture, section 4.1
