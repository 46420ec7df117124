"""Meta-analysis: effect sizes of studies, pooled, explained and doubted; agrees with metafor."""
