"""Machine code on disk: found again, never trusted blindly, never half written."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from engine_models import DECAY, LOGISTIC, system

from insula.engine import kernel, object_cache
from insula.engine.emit.formats import DOUBLE, SINGLE
from insula.engine.emit.machine import Processor, host
from insula.engine.fingerprint import kernel_key
from insula.engine.kernel import _compile, build_kernel
from insula.engine.lowering import expressions_of
from insula.engine.methods import METHODS
from insula.engine.schedule import Schedule
from insula.engine.solve import solve

ANY = Processor("x86_64-unknown-linux-gnu", "some", "+avx512f", 64)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("INSULA_CACHE", str(tmp_path))
    return tmp_path / "kernels"


def never():
    raise AssertionError("should have been found in the cache")


def test_content_is_made_once(folder):
    assert object_cache.cached("k", lambda: b"code") == b"code"
    assert object_cache.cached("k", never) == b"code"
    assert [p.name for p in folder.iterdir()] == ["k.bin"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[:0],
        lambda sealed: sealed[:-1] + b"X",
        lambda sealed: sealed + b"more",
        lambda sealed: b"not a kernel at all" + sealed,
    ],
)
def test_a_damaged_file_is_made_again(folder, damage):
    object_cache.cached("k", lambda: b"code")
    path = folder / "k.bin"
    path.write_bytes(damage(path.read_bytes()))
    assert object_cache.cached("k", lambda: b"fresh") == b"fresh"
    assert object_cache.cached("k", never) == b"fresh"


def test_a_file_of_another_key_is_not_taken(folder):
    object_cache.cached("one", lambda: b"code")
    (folder / "one.bin").rename(folder / "two.bin")
    assert object_cache.cached("two", lambda: b"other") == b"other"


def test_a_file_that_others_may_write_is_not_taken(folder):
    object_cache.cached("k", lambda: b"code")
    (folder / "k.bin").chmod(0o666)
    assert object_cache.cached("k", lambda: b"fresh") == b"fresh"


def test_a_folder_that_cannot_be_used_is_no_hindrance(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INSULA_CACHE", str(tmp_path / "file"))
    assert object_cache.cached("k", lambda: b"code") == b"code"


def test_many_first_runs_at_once(folder):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(object_cache.cached("k", lambda: b"code" * 9999)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [b"code" * 9999] * 8
    assert [p.name for p in folder.iterdir()] == ["k.bin"]


def test_a_cached_start_compiles_nothing(folder, monkeypatch):
    times = Schedule.readings(3, [0.0, 1.0])
    first = build_kernel(system(DECAY), ("A",))
    monkeypatch.setattr("insula.engine.kernel._LOADED", {})
    expressions = expressions_of(system(DECAY), ("A",))
    object_cache.cached(first.key, lambda: _compile(expressions, METHODS["rodas5p"], DOUBLE, host()))
    monkeypatch.setattr("insula.engine.kernel._compile", never)
    again = build_kernel(system(DECAY), ("A",))
    found = [solve(k, k.defaults, times).values for k in (first, again)]
    np.testing.assert_array_equal(*found)


def test_one_kernel_serves_many_threads():
    k = build_kernel(system(LOGISTIC), ("y",))
    rates = np.linspace(0.1, 5, 400)

    def run(rate):
        return solve(k, [rate, 1.0], Schedule.readings(2, np.linspace(0, 50, 200))).values.tobytes()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, rates)) == [run(rate) for rate in rates]


def key(text, outputs, method="rodas5p", form=DOUBLE, processor=ANY, **kwargs):
    return kernel_key(expressions_of(system(text, **kwargs), outputs), METHODS[method], form, processor)


def test_the_key_follows_everything_that_matters_and_nothing_else():
    base = key(DECAY, ("A",))
    assert key(DECAY, ("A",)) == base
    assert key(DECAY.replace("k = 1", "k = 7"), ("A",)) == base, "values of parameters are data"
    others = [
        key(DECAY, ("A", "k")),
        key(DECAY, ("A",), method="rodas4"),
        key(DECAY, ("A",), form=SINGLE),
        key(DECAY, ("A",), processor=ANY._replace(register=32)),
        key(DECAY, ("A",), processor=ANY._replace(features="")),
        key(DECAY, ("A",), inputs=("A",)),
        key(DECAY.replace("-k*A", "-k*A*A"), ("A",)),
        key(DECAY.replace("A = 1", "A = 2"), ("A",)),
        key(LOGISTIC, ("y",)),
    ]
    assert len({base, *others}) == len(others) + 1


def test_threads_that_need_a_kernel_at_once_load_it_once(monkeypatch):
    """A second copy would free the code that the first thread is running."""
    loaded, both, logistic = [], threading.Barrier(2, timeout=10), system(LOGISTIC)

    def slow(*_):
        loaded.append(threading.get_ident())
        time.sleep(0.2)
        return SimpleNamespace(function=lambda *_: None), 0

    def build(_):
        both.wait()
        return build_kernel(logistic, outputs=("y",)).key

    monkeypatch.setattr(kernel, "_LOADED", {})
    monkeypatch.setattr(kernel, "_load", slow)
    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(build, range(2)))) == 1
    assert len(loaded) == 1
