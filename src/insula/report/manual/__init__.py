"""A page for every model and module, made from the text: wiring, equations, numbers, behaviour, sources."""
