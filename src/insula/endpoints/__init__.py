"""What a clinic measures: pure functions on arrays; every limit comes from ``science/endpoints.yaml``."""
