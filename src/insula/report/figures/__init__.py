"""Figures of a run: drawn from the summary only, readable without colour, the same bytes each time."""
