"""The command line: one file per command; JSON goes to standard output alone, messages to standard error."""
