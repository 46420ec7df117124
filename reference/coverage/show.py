"""Draws the coverage study in both languages and prints the rows of its pages: `python reference/coverage/show.py`."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from study import I2, LEVEL, RULES, STUDIES, Cell, page_rows, read

from insula.report.figures.style import BLUE, GREEN, INK, ORANGE, drawing

DRAWN = RULES[:4]
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
LOOKS = dict(
    zip(DRAWN, ((INK, "o", ":"), (BLUE, "s", "--"), (ORANGE, "^", "-"), (GREEN, "D", "-.")), strict=True)
)
WORDS = {
    "en": {
        "rules": ("DL, Wald", "REML, Wald", "REML, HKSJ", "REML, modified HKSJ"),
        "coverage": "Coverage, %",
        "width": "Mean width / width with known tau²",
        "studies": "Studies",
    },
    "zh": {
        "rules": ("DL，Wald", "REML，Wald", "REML，HKSJ", "REML，修正 HKSJ"),
        "coverage": "覆盖率，%",
        "width": "平均宽度 / 已知 tau² 时的宽度",
        "studies": "研究数",
    },
}


def draw(cells: list[Cell], words: dict[str, str]) -> Figure:
    """Return coverage above and relative width below, a column for each I2."""
    with drawing():
        figure = Figure(figsize=(9, 5.4), layout="constrained")
        rows = figure.subplots(2, len(I2), sharex=True, sharey="row")
        for i2, above, below in zip(I2, *rows, strict=True):
            for rule, name in zip(DRAWN, words["rules"], strict=True):
                chosen = [c for c in cells if c.i2 == i2 and (c.method, c.interval) == rule]
                _line(above, [c.coverage for c in chosen], rule, name)
                _line(below, [c.width / c.ideal_width for c in chosen], rule, name)
            above.axhline(100 * LEVEL, color=INK, linewidth=0.8)
            above.set_title(f"I² = {i2} %")
            below.set_yscale("log", base=2)
            below.set_yticks((1, 2, 4, 8), ("1", "2", "4", "8"))
            below.set_xticks(range(len(STUDIES)), [str(k) for k in STUDIES])
            below.set_xlabel(words["studies"])
        rows[0][0].set_ylabel(words["coverage"])
        rows[1][0].set_ylabel(words["width"])
        figure.legend(*above.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    return figure


def _line(axes: Axes, values: list[float], rule: tuple[str, str], name: str) -> None:
    colour, marker, dashes = LOOKS[rule]
    places = range(len(values))
    axes.plot(places, values, color=colour, marker=marker, markersize=4, linestyle=dashes, label=name)


def main() -> None:
    """Write the figures and print the rows."""
    cells = read()
    for lang, suffix in (("en", ""), ("zh", ".zh")):
        path = PICTURES / f"coverage_of_intervals{suffix}.svg"
        with drawing():
            draw(cells, WORDS[lang]).savefig(path, metadata={"Date": None})
        path.write_text(
            "\n".join(line.rstrip() for line in path.read_text("utf-8").splitlines()) + "\n", "utf-8"
        )
    print("\n".join(page_rows(cells)))


if __name__ == "__main__":
    main()
