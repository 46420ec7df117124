"""What a run was made of: hashes, versions, instruction set, commit. Never a host, a user or a path."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

# The libraries that numbers pass through; a change of any of these may change the last bits of a result.
NUMERIC_LIBRARIES = ("insula", "antimony", "llvmlite", "numpy", "pyarrow", "python-libsbml", "scipy")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def tree_hashes(root: Path, patterns: Iterable[str] = ("**/*",)) -> dict[str, str]:
    """Return relative path -> hash of every matching file below `root`, in order; no hidden files."""
    files = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    named = {path.relative_to(root).as_posix(): path for path in files}
    shown = {
        name: path
        for name, path in named.items()
        if not any(part.startswith(".") for part in name.split("/"))
    }
    return {name: file_hash(shown[name]) for name in sorted(shown)}


def tree_hash(root: Path, patterns: Iterable[str] = ("**/*",)) -> str:
    """Return one hash for all files below `root`: of their names and contents."""
    return hash_of_hashes(tree_hashes(root, patterns))


def hash_of_hashes(hashes: Mapping[str, str]) -> str:
    """Return one hash for named hashes, whatever their order."""
    return text_hash("\n".join(f"{hashes[name]}  {name}" for name in sorted(hashes)))


def versions(packages: Iterable[str] = NUMERIC_LIBRARIES) -> dict[str, str]:
    """Return the versions of Python and of packages; one that is not installed is marked "absent"."""
    return {"python": platform.python_version()} | {name: _version(name) for name in packages}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def cpu_features() -> dict[str, str]:
    """Return machine, CPU family and instruction sets as LLVM sees them: what last bits depend on."""
    from llvmlite import binding  # heavy; only a run that writes a manifest needs it

    features = sorted(name for name, present in binding.get_host_cpu_features().items() if present)
    return {"machine": platform.machine(), "cpu": binding.get_host_cpu_name(), "features": ",".join(features)}


def git_commit(folder: Path) -> str | None:
    """Return the commit around a folder, "+changed" if tracked files differ; None outside."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    return commit + ("+changed" if _git(folder, "status", "--porcelain", "--untracked-files=no", ".") else "")


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
