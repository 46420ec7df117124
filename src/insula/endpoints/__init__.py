"""What a clinic measures: pure functions on arrays; every limit comes from ``science/endpoints.yaml``."""

from insula.endpoints.definitions import Definition, load_definitions
from insula.endpoints.measure import measure
from insula.endpoints.visit import Visit

__all__ = ["Definition", "Visit", "load_definitions", "measure"]
