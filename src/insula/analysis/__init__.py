"""Questions over finished runs: predicted against published, one run against another."""

from insula.analysis.compare_runs import compare_runs
from insula.analysis.compare_with_published import compare_run, compare_with_published

__all__ = ["compare_run", "compare_runs", "compare_with_published"]
