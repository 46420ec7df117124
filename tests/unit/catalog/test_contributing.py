"""What CONTRIBUTING quotes of the science text stands there, whole."""

import re
from pathlib import Path

import pytest

from insula.core.paths import science_root

STEPS = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def told_in(step):
    """Return what a step of the example quotes."""
    part = re.search(rf"^{step}\. \*\*.*?(?=^{step + 1}\. \*\*)", STEPS, re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`]*)`", part[0])


@pytest.mark.parametrize(
    ("step", "file", "is_line"),
    [
        (1, "biology/therapies/il12_blockade/therapy.yaml", r"^dose: "),
        (3, "biology/modules/immunosuppression/immunosuppression.ant", r" := | has "),
        (4, "biology/models/disease.ant", r"^import |^il12_blockade: | is "),
    ],
)
def test_a_quoted_line_stands_in_its_file(step, file, is_line):
    text = " ".join((science_root() / file).read_text(encoding="utf-8").split())
    lines = [line for line in told_in(step) if re.search(is_line, line)]
    assert lines
    for line in lines:
        whole = line if line.endswith(("}", '"', ";")) else f"{line};"
        assert whole in text, f"step {step} of CONTRIBUTING: {line}"
