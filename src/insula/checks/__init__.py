"""The linter of science/: small functions, each asks one question and returns problems."""

from insula.checks.run import (
    check,
    check_evidence,
    check_population,
    check_studies,
    check_study,
    sound_study,
)

__all__ = ["check", "check_evidence", "check_population", "check_studies", "check_study", "sound_study"]
