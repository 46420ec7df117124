"""What the numbers were measured on. Never a host name, a user or a path."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.operations import peak
from insula.core.provenance import cpu_features

PACKAGES = ("insula", "llvmlite", "numpy", "libroadrunner", "pydiffsol", "scipy", "simglucose")


def describe() -> dict[str, Any]:
    """Processor, memory, load at the start, versions, and the measured peak of one core."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "instruction_sets": cpu_features(),
        "load_at_start": [round(x, 2) for x in os.getloadavg()],
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "peak_gflops": max(peak(width) for width in (2, 4, 8)),
    }


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "of this folder" if name == "insula" else "absent"
