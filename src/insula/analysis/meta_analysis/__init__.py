"""A whole meta-analysis of one table: the studies as a person wrote them down, and every answer about them."""
