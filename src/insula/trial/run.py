"""A study from text to result tables: blocks of candidates on all workers until enough patients are enrolled."""

from __future__ import annotations

import math
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from insula.core.errors import ProtocolError
from insula.core.spoken import _
from insula.core.team import Team, answer_of, process_context
from insula.trial import parts
from insula.trial.block import SIZE, simulate_block
from insula.trial.block_tables import tables
from insula.trial.saved_people import too_few_eligible

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
            if number >= pool.last:
                raise too_few_eligible(clinic, n_patients, enrolled)
            if number >= _HOPELESS and not enrolled:
                raise ProtocolError(
                    _(
                        "None of {number} candidates was eligible for population {id}. Look at its criteria: "
                        "results/screening of a smaller run, or `insula check`."
                    ).format(number=number * SIZE, id=clinic.population.id)
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
    """Worker processes that compute blocks a little ahead of the one that is waited for; ``last`` is none any more."""

    def __init__(self, clinic: Clinic, folder: Path, workers: int) -> None:
        self._folder, self._workers = folder, workers
        self.last = math.inf if clinic.saved is None else -(-clinic.saved.end // SIZE)
        context = process_context()
        self._news: SimpleQueue[tuple[int, float]] = context.SimpleQueue()
        self._enough = context.Event()
        self._team = Team(_Bench(clinic, folder, self._news, self._enough), workers)
        self._futures: dict[int, Future[None]] = {}
        self._done: dict[int, float] = {}

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *trouble: object) -> None:
        self._enough.set()
        self._team.__exit__(*trouble)

    def finish(self, number: int, progress: Callable[[float], None]) -> None:
        """Wait for one block, keep the workers busy with the next ones, report shares of blocks in work."""
        for ahead in range(number, int(min(number + self._workers + 2, self.last))):
            if ahead not in self._futures and not parts.block_folder(self._folder, ahead).is_dir():
                self._futures[ahead] = self._team.ask(_work, ahead)
        future = self._futures.get(number)
        while future is not None and not future.done():
            wait([future], timeout=0.2, return_when=FIRST_COMPLETED)
            while not self._news.empty():
                block, share = self._news.get()
                self._done[block] = share
            progress(sum(share for block, share in self._done.items() if block >= number))
        if future is not None:
            answer_of(future)


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


def _work(bench: _Bench, number: int) -> None:
    """Simulate and store one block in a worker process."""
    block = simulate_block(bench.clinic, number, partial(bench.tell, number))
    parts.write_block(bench.folder, number, tables(bench.clinic, block))
