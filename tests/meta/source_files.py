"""The product's Python, parsed."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"


def modules():
    """Relative path and syntax tree of every file."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def functions(tree, prefix=""):
    """Dotted name and node of every function and method; ``f.<locals>.g`` for one inside another."""
    for node in ast.iter_child_nodes(tree):
        name = f"{prefix}{getattr(node, 'name', '')}"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield name, node
        inner = prefix
        if isinstance(node, ast.ClassDef):
            inner = f"{name}."
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{name}.<locals>."
        yield from functions(node, inner)
