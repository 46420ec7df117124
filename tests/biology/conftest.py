"""The metabolic model, composed once."""

import pytest

from insula.catalog import Catalog
from insula.compiler.compose import compose
from insula.compiler.system import System

EATING = ("gut.D", "gut.eating", "subcutaneous_insulin.pump_rate")


@pytest.fixture(scope="session")
def metabolic() -> System:
    """Return the system of the metabolic clock; meals can be eaten at a rate."""
    return compose(Catalog.open(), "metabolic").system(EATING)
