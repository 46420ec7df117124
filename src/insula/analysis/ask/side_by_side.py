"""Several independent simulations at once: machine code runs in all threads at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Found = TypeVar("Found")


def side_by_side(
    tasks: Sequence[Callable[[Callable[[float], None]], Found]],
    workers: int,
    progress: Callable[[float], None],
) -> list[Found]:
    """Do every task and return what they found, in their order.

    Parameters
    ----------
    tasks
        Each is given a function to report its share that is done, 0 to 1.
    progress : called with the share of all that is done
    """
    done = [0.0] * len(tasks)

    def do(number: int) -> Found:
        def report(share: float) -> None:
            done[number] = share
            progress(sum(done) / len(tasks))

        found = tasks[number](report)
        report(1.0)
        return found

    with ThreadPoolExecutor(workers) as pool:
        try:
            return list(pool.map(do, range(len(tasks))))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
