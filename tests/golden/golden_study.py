"""The golden study: a tiny trial end to end; ``make golden`` writes its endpoints anew, to be read before the commit.

It guards the machinery against changes that nobody meant. A change of the science text changes it too, by intention.
"""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from insula.core.paths import cache_dir
from insula.core.tables import read_parquet
from tiny_study import STUDY, insula, tiny_science

GOLDEN = Path(__file__).with_name("tiny_study.json")
COMMAND = ("run", STUDY, "--patients", "4", "--workers", "1")


def table_of(run):
    """Endpoint of each arm and visit, patient by patient; None where there is no value."""
    found = read_parquet(run / "results" / "endpoints.parquet")
    table = {}
    for arm, patient, day, endpoint, value in zip(*(found[name] for name in found), strict=True):
        key = f"{endpoint}, {arm}, day {day:g}"
        table.setdefault(key, {})[int(patient)] = None if np.isnan(value) else float(value)
    return {key: [row[patient] for patient in sorted(row)] for key, row in sorted(table.items())}


def write_golden():
    with tempfile.TemporaryDirectory() as folder:
        science, run = tiny_science(Path(folder) / "science", endpoints=None), Path(folder) / "run"
        answer = insula(*COMMAND, "--out", run, science=science, cache=cache_dir())
        assert answer.returncode == 0, answer.stderr
        made = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
        source = {
            "command": f"insula {' '.join(COMMAND)}, with the science of tests/tiny_study.py",
            "versions": made["versions"],
            "date": datetime.now(UTC).date().isoformat(),
        }
        text = json.dumps({"source": source, "endpoints": table_of(run)}, indent=1)
    GOLDEN.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_golden()
