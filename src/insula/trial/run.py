"""A study from text to result tables: blocks of candidates on all workers until enough patients are enrolled."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from insula.core.errors import InsulaError, ProtocolError
from insula.trial import parts
from insula.trial.block import SIZE, simulate_block
from insula.trial.block_tables import tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Event
    from pathlib import Path

    from insula.trial.clinic import Clinic

_HOPELESS = 50  # blocks without a single patient


def run_blocks(
    clinic: Clinic,
    n_patients: int,
    folder: Path,
    results: Path,
    workers: int,
    progress: Callable[[float], None],
) -> int:
    """Simulate blocks until ``n_patients`` are enrolled and write the result tables; return how many were needed.

    Which candidates become patients depends on their order alone, never on the number of workers.

    Parameters
    ----------
    folder
        Of the parts; finished blocks that are found there are kept.
    results
        Folder of the tables, to which a block is added while the workers are busy with the next ones.
    progress : called with the share of the work that is done, 0 to 1
    """
    with parts.Results(results) as tables_of_run, _Pool(clinic, folder, workers) as pool:
        enrolled = number = 0
        while enrolled < n_patients:
            if number >= _HOPELESS and not enrolled:
                raise ProtocolError(
                    f"None of {number * SIZE} candidates was eligible for population {clinic.population.id}. "
                    "Look at its criteria: results/screening of a smaller run, or `insula check`."
                )
            pool.finish(number, _Estimate(enrolled, number, n_patients, progress))
            block = parts.block_folder(folder, number)
            candidates = parts.accepted(block)[: n_patients - enrolled]
            tables_of_run.add(block, candidates, first=enrolled)
            enrolled += len(candidates)
            number += 1
    return number


@dataclass(frozen=True)
class _Estimate:
    """Turns blocks in work into a share of the patients: they will yield what finished ones did."""

    enrolled: int
    finished: int
    wanted: int
    progress: Callable[[float], None]

    def __call__(self, in_work: float) -> None:
        per_block = self.enrolled / self.finished if self.enrolled else SIZE / 4
        self.progress(min(1.0, (self.enrolled + in_work * per_block) / self.wanted))


class _Pool:
    """Worker processes that compute blocks a little ahead of the one that is waited for."""

    def __init__(self, clinic: Clinic, folder: Path, workers: int) -> None:
        self._folder, self._workers = folder, workers
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._news: SimpleQueue[tuple[int, float]] = context.SimpleQueue()
        self._enough = context.Event()
        bench = _Bench(clinic, folder, self._news, self._enough)
        self._executor = ProcessPoolExecutor(
            workers, mp_context=context, initializer=_start_worker, initargs=(bench,)
        )
        self._futures: dict[int, Future[None]] = {}
        self._done: dict[int, float] = {}

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def finish(self, number: int, progress: Callable[[float], None]) -> None:
        """Wait for one block, keep the workers busy with the next ones, report shares of blocks in work."""
        for ahead in range(number, number + self._workers + 2):
            if ahead not in self._futures and not parts.block_folder(self._folder, ahead).is_dir():
                self._futures[ahead] = self._executor.submit(_work, ahead)
        future = self._futures.get(number)
        while future is not None and not future.done():
            wait([future], timeout=0.2, return_when=FIRST_COMPLETED)
            while not self._news.empty():
                block, share = self._news.get()
                self._done[block] = share
            progress(sum(share for block, share in self._done.items() if block >= number))
        if future is not None:
            _outcome(future)


def _outcome(future: Future[None]) -> None:
    """Raise what went wrong in a worker process; one that disappeared is explained."""
    try:
        future.result()
    except BrokenProcessPool as trouble:
        raise InsulaError(
            "A worker process was ended from outside, perhaps for lack of memory. Finished parts are kept: give the "
            "same command again, with fewer --workers."
        ) from trouble


@dataclass(frozen=True)
class _Bench:
    """What all blocks of a worker process need."""

    clinic: Clinic
    folder: Path
    news: SimpleQueue[tuple[int, float]]
    enough: Event

    def tell(self, number: int, share: float) -> None:
        """Report the share of a block that is done; a block that nobody waits for any more ends here."""
        if self.enough.is_set():
            raise _NotNeededError
        self.news.put((number, share))


class _NotNeededError(Exception):
    """Enough patients are enrolled without this block."""


_bench: list[_Bench] = []  # one entry in a worker process, none elsewhere


def _start_worker(bench: _Bench) -> None:
    """Remember in a worker process what all its blocks need, and let it end when the main process does."""
    _bench[:] = [bench]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent was killed: a run that goes on must not meet workers of the first one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(number: int) -> None:
    """Simulate and store one block in a worker process."""
    bench = _bench[0]
    block = simulate_block(bench.clinic, number, partial(bench.tell, number))
    parts.write_block(bench.folder, number, tables(bench.clinic, block))


def default_workers() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
