"""One patient asked about: the virtual population conditioned on what a clinic knows, and followed in every therapy."""
