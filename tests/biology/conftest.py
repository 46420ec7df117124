"""The metabolic model, composed once."""

import pytest
from bench import metabolic_system

from insula.catalog import Catalog
from insula.compiler.system import System


@pytest.fixture(scope="session")
def metabolic() -> System:
    """Return the system of the metabolic clock; meals can be eaten at a rate."""
    return metabolic_system(Catalog.open())
