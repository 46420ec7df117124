"""Small models with a closed solution, as text."""

import numpy as np

from insula.compiler.antimony_text import to_sbml
from insula.compiler.read_sbml import ActionRow, build_system
from insula.engine.kernel import build_kernel

DECAY = "model decay()\n k = 1; A = 1; A' = -k*A;\nend"
LOGISTIC = "model logistic()\n r = 1; K = 1; y = 0.1; y' = r*y*(1 - y/K);\nend"
CLEARANCE = """model clearance()
  k = 0.3; V = 2; rate = 0; A = 0;
  A' = rate - k*A;  C := A/V;  twice := 2*A;
end"""
BINDING = """model binding()
  fast = 1; slow = 1; A = 1; B = 0;
  A' = -fast*A + fast*B;  B' = fast*A - fast*B - slow*B;
end"""
BLOW_UP = "model blow_up()\n a = 1; y = 1; y' = a*y^2;\nend"
FORCED = "model forced()\n y = 1; x = 0; y' = -2*time*y^2; x' = cos(time)*y - x/(1 + time);\nend"


def system(text, inputs=(), actions=()):
    return build_system(to_sbml(text, "test"), inputs=inputs, actions=[ActionRow(*a) for a in actions])


def kernel(text, outputs, inputs=(), actions=(), method="rodas5p", precision="f64"):
    return build_kernel(system(text, inputs, actions), outputs, method, precision)


def rows(k, n, /, **columns):
    """Parameters (n, K): the defaults, with some columns replaced."""
    table = np.tile(k.defaults, (n, 1))
    for name, values in columns.items():
        table[:, k.parameter(name)] = values
    return table
