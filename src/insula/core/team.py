"""Worker processes that hold one thing in common and apply functions to it."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, TypeVar

from insula.core.errors import InsulaError
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import BaseContext

R = TypeVar("R")

_common: list[Any] = []  # one entry in a worker process, none elsewhere


class Team:
    """So many worker processes; leaving the block ends them, tasks that have not begun are dropped.

    Parameters
    ----------
    common
        Sent to every worker once; must be picklable where processes are spawned.
    workers
        At least 1.
    """

    def __init__(self, common: Any, workers: int) -> None:  # noqa: ANN401 - the functions know what it is
        self._executor = ProcessPoolExecutor(
            workers, mp_context=process_context(), initializer=_begin, initargs=(common,)
        )

    def __enter__(self) -> Team:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def ask(self, function: Callable[..., R], *task: Any) -> Future[R]:  # noqa: ANN401
        """Let a worker compute ``function(common, *task)``; function and task must be picklable."""
        return self._executor.submit(_apply, function, *task)


def answer_of(future: Future[R]) -> R:
    """Wait for a worker's answer; raise what went wrong there, and explain a worker that disappeared."""
    try:
        return future.result()
    except BrokenProcessPool as trouble:
        raise InsulaError(
            _(
                "A worker process was ended from outside, perhaps for lack of memory. Finished parts are "
                "kept: give the same command again, with fewer --workers."
            )
        ) from trouble


def process_context() -> BaseContext:
    """How processes are started here: forked on Linux, where that is safe and fast, else spawned."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def default_workers() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(common: Any) -> None:  # noqa: ANN401
    """Remember in a worker process what all its tasks need, and let it end when the main process does."""
    _common[:] = [common]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent was killed: a run that goes on must not meet workers of the first one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _apply(function: Callable[..., R], *task: Any) -> R:  # noqa: ANN401
    return function(_common[0], *task)
