from dataclasses import dataclass, field


@dataclass
class Row:
    value: float | None = None
    unit: str = "dimensionless"
    spread_type: str | None = None
    spread_low: float | None = None
    spread_high: float | None = None
    distribution: str | None = None
    varies_by: str | None = None
    source: str | None = "someone2020"
    low: float | None = None
    high: float | None = None


@dataclass
class Pair:
    between: list[str] = field(default_factory=list)
    value: float = 0.0


@dataclass
class Bound:
    value: float
    unit: str


@dataclass
class Criterion:
    quantity: str
    at_least: Bound | None = None
    at_most: Bound | None = None
