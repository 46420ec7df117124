"""The answer about one patient for a reader: terminal, page and JSON."""
