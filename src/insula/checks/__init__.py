"""The linter of science/: small functions, each asks one question and returns problems."""

from insula.checks.run import check

__all__ = ["check"]
