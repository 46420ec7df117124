"""LLVM IR of a system: expressions, matrix, Rosenbrock step and the whole integration loop."""
