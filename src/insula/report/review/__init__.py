"""Living reviews for readers: terminal, page, figures and tables."""
