"""An answer on disk: a page that needs nothing else, and every number of it as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def save_answer(answer: Mapping[str, Any], page: str, out: Path, name: str) -> Path:
    """Write ``<name>.json`` and ``report.html`` into a folder, which is made if need be; return the page's path."""
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False)
    (out / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    path = out / "report.html"
    path.write_text(page, encoding="utf-8")
    return path
