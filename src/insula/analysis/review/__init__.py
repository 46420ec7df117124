"""Living reviews: published trials pooled as a text says, and held against published meta-analyses."""

from insula.analysis.review.findings import Findings, conduct_review

__all__ = ["Findings", "conduct_review"]
