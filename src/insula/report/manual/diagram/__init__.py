"""Wiring diagrams: boxes with named ports, joined by lines at right angles; drawn from the wiring, by nobody's hand."""
