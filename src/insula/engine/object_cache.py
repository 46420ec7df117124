"""Compiled kernels on disk: checked when read, written at once or not at all.

A file that is cut short, altered, or that somebody else could have written counts as absent. When two
processes compile the same kernel the later file replaces an equal one.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from insula.core.paths import cache_dir

_MAGIC = b"insula kernel 1\n"
_DIGEST = hashlib.sha256().digest_size


def cached(key: str, make: Callable[[], bytes]) -> bytes:
    """Content of the cache under a key, made and stored if it is not there."""
    with suppress(OSError):
        content = _read(_path(key), key)
        if content is not None:
            return content
    content = make()
    with suppress(OSError):
        _write(_path(key), _seal(key, content))
    return content


def _path(key: str) -> Path:
    folder = cache_dir() / "kernels"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{key}.bin"


def _read(path: Path, key: str) -> bytes | None:
    """Content of a file that is whole, meant for this key and written by this user."""
    if not path.is_file() or not _trusted(path):
        return None
    sealed = path.read_bytes()
    content = sealed[len(_MAGIC) + _DIGEST :]
    return content if sealed == _seal(key, content) else None


def _trusted(path: Path) -> bool:
    """Whether only this user could have written the file."""
    if not hasattr(os, "geteuid"):
        return True
    about = [path.stat(), path.parent.stat()]
    shared = stat.S_IWGRP | stat.S_IWOTH
    return all(a.st_uid == os.geteuid() and not a.st_mode & shared for a in about)


def _seal(key: str, content: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(key.encode() + content).digest() + content


def _write(path: Path, sealed: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
