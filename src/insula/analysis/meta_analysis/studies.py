"""What a table of studies holds, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.statistics.meta.records import Effects, Floats, select

if TYPE_CHECKING:
    from numpy.typing import NDArray

PUBLISHED, VIRTUAL = "published", "virtual"
KINDS = (PUBLISHED, VIRTUAL)


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are for, besides the numbers of the measure.

    Parameters
    ----------
    by
        Subgroups.
    moderators
        Of a meta-regression.
    order
        What the studies are sorted by when they are cumulated.
    cluster
        Effects that depend on each other, say several arms or times of one study.
    shared_control
        Comparisons that share a control group.
    """

    by: str | None = None
    moderators: tuple[str, ...] = ()
    order: str | None = None
    cluster: str | None = None
    shared_control: str | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that are named, each once."""
        single = (self.by, self.order, self.cluster, self.shared_control)
        return tuple(dict.fromkeys(name for name in (*self.moderators, *single) if name is not None))


@dataclass(frozen=True)
class Studies:
    """Effects with what describes them; everything has one entry for each of k rows.

    Parameters
    ----------
    labels
        Column `study`, else the row; all different.
    names
        The same as written: effects of one study share its name.
    kinds
        `PUBLISHED` or `VIRTUAL`.
    effects
    columns
        Name to (k,) numbers that the measure takes; shared controls are divided already.
    groups, clusters
        Labels; None where no column was named.
    moderators
        Name to (k,) numbers; texts are 0/1 columns.
    order : (k,) or None
        Rank of each row in the order of accumulation.
    order_texts
        What the rows are sorted by, as written.
    unit
        Of the effects; empty where the table does not say.
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    effects: Effects
    columns: dict[str, Floats]
    roles: Roles = field(default_factory=Roles)
    groups: tuple[str, ...] | None = None
    clusters: tuple[str, ...] | None = None
    moderators: dict[str, Floats] = field(default_factory=dict)
    order: Floats | None = None
    order_texts: tuple[str, ...] = ()
    unit: str = ""

    def only(self, rows: NDArray[np.bool_]) -> Studies:
        """Return some of the rows, in their order."""
        kept = np.flatnonzero(rows).tolist()
        groups, clusters = self.groups, self.clusters
        return replace(
            self,
            labels=tuple(self.labels[i] for i in kept),
            names=tuple(self.names[i] for i in kept),
            kinds=tuple(self.kinds[i] for i in kept),
            effects=select(self.effects, rows),
            columns={name: values[rows] for name, values in self.columns.items()},
            groups=groups and tuple(groups[i] for i in kept),
            clusters=clusters and tuple(clusters[i] for i in kept),
            moderators={name: values[rows] for name, values in self.moderators.items()},
            order=None if self.order is None else self.order[rows],
            order_texts=tuple(self.order_texts[i] for i in kept) if self.order_texts else (),
        )
