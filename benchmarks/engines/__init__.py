"""One file per simulator: made from a problem, it runs the first n patients at a tolerance."""
