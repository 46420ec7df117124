"""A virtual trial: study text to result tables, on two clocks."""
