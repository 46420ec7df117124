"""Finds and reads the text under science/ into frozen records."""

from insula.catalog.catalog import Catalog, find_study, load_study

__all__ = ["Catalog", "find_study", "load_study"]
