"""How fast, how exact: insula beside other simulators (README.md)."""
