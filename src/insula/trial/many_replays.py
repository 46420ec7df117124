"""Many vectors of parameters, replayed through several studies by all processors."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from insula.core.team import Team, answer_of, default_workers
from insula.trial.map_replay import replay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from insula.trial.map_replay import MapClinic, Replayed

    Floats = NDArray[np.float64]

R = TypeVar("R")


def replay_many(
    places: Mapping[str, MapClinic],
    values: Mapping[str, Mapping[str, Floats]],
    read: Callable[[str, Replayed], R],
    progress: Callable[[float], None] = lambda _: None,
) -> dict[str, list[R]]:
    """Replay every study once for each vector of values, a few vectors at a time.

    Parameters
    ----------
    values
        By study, as `insula.trial.map_replay.replay`.
    read
        Takes what is wanted from the replays of a study, which it gets with the study's name; runs in the worker, so
        that the patients themselves are not sent back. Must be picklable where processes are spawned.
    progress : called with the share that is done

    Returns
    -------
    What was read, by study, in the order of the vectors; the same bits for any number of processors.
    """
    tasks = [
        (name, {symbol: column[start : start + place.at_once] for symbol, column in values[name].items()})
        for name, place in places.items()
        for start in range(0, len(next(iter(values[name].values()))), place.at_once)
    ]
    found: dict[str, list[R]] = {name: [] for name in places}
    with Team((places, read), min(default_workers(), len(tasks))) as team:
        answers = [(name, team.ask(_replay, name, some)) for name, some in tasks]
        for number, (name, answer) in enumerate(answers, start=1):
            found[name].append(answer_of(answer))
            progress(number / len(tasks))
    return found


def _replay(
    common: tuple[Mapping[str, MapClinic], Callable[[str, Replayed], R]],
    name: str,
    values: Mapping[str, Floats],
) -> R:
    places, read = common
    return read(name, replay(places[name], values))
