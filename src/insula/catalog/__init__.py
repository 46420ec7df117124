"""Finds and reads the text under science/ into frozen records."""

from insula.catalog.catalog import Catalog, load_study

__all__ = ["Catalog", "load_study"]
