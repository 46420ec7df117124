"""The scorecard as a page, as tables to save and in the terminal."""
