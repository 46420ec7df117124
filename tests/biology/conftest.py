"""The metabolic model, composed once."""

import pytest

from insula.catalog.catalog import Catalog
from insula.compiler.compose import compose
from insula.compiler.system import System
from insula.core.paths import science_root

INPUTS = ("gut.D", "gut.eating", "subcutaneous_insulin.pump_rate")


@pytest.fixture(scope="session")
def metabolic() -> System:
    """Return the system of the metabolic clock; meals can be eaten at a rate."""
    return compose(Catalog(science_root()), "metabolic").system(INPUTS)
