"""The figures of a meta-analysis: records of numbers in, matplotlib figures and CSV columns out."""
