"""What a Rosenbrock method is, in the transformed form that needs no product with the Jacobian."""

from dataclasses import dataclass

Row = tuple[float, ...]


@dataclass(frozen=True)
class Tableau:
    """Coefficients of a stiffly accurate Rosenbrock method with ``s`` stages.

    Stage i solves, with matrix ``W = I / (h gamma) - J`` and ``T`` the partial time derivative,

        W u_i = f(t + alpha_i h, y + sum_j a_ij u_j) + (1/h) sum_j c_ij u_j + h d_i T.

    The new state is the argument of the last stage plus ``u_s``; ``u_s`` itself estimates the error
    (Hairer & Wanner 1996, sections IV.7 and VI.4). Inside the step, at ``theta`` of its length,

        y(theta) = (1 - theta) y_0 + theta (y_1 + (1 - theta) (k_1 + theta (k_2 + ...))),   k_m = sum_j dense_mj u_j.

    Attributes
    ----------
    order
        Of the new state; the embedded one is one lower.
    gamma
        Diagonal coefficient.
    a, c : s rows, the i-th with i entries
        Stage arguments and couplings.
    alpha, d : (s,)
        Times of the stages (in steps) and weights of the time derivative.
    dense : one row of s weights a power of theta
        The continuous extension, one order lower than the method.
    citation
        Where the coefficients were published.
    """

    name: str
    order: int
    gamma: float
    a: tuple[Row, ...]
    c: tuple[Row, ...]
    alpha: Row
    d: Row
    dense: tuple[Row, ...]
    citation: str

    @property
    def n_stages(self) -> int:
        """Number of stages, s."""
        return len(self.a)

    @property
    def b(self) -> Row:
        """Weights of the new state."""
        return (*self.a[-1], 1.0)

    def extends_previous(self, stage: int) -> bool:
        """Whether a stage's argument is that of the stage before plus its ``u``."""
        return stage > 0 and self.a[stage] == (*self.a[stage - 1], 1.0)
