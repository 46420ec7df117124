"""Tables for the terminal, figures and the report of a run, in both languages, all from one summary."""
