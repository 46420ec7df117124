"""Model text to one flat model, expression graph, Jacobian and elimination plan."""
