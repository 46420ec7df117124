"""Dose and schedule of a study's therapy: the trade-off between benefit and what is given."""
