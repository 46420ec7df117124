"""The measured numbers as a page of tables and as plots."""

from pathlib import Path
from typing import Any

import jinja2
import matplotlib as mpl
import matplotlib.lines
import matplotlib.pyplot as plt
import matplotlib.ticker

from benchmarks.targets import targets

HERE = Path(__file__).parent
OURS = "insula rodas5p"
SVG = {"svg.hashsalt": "insula", "svg.fonttype": "none"}
PLAIN = mpl.ticker.FuncFormatter(lambda x, _: f"{x:g}")


def write(results: dict[str, Any], out: Path) -> None:
    """Write README.md and the plots that it shows."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "README.md").write_text(page(results), encoding="utf-8")
    if "growth" in results:
        with mpl.rc_context(SVG | {"font.size": 9}):
            _plot_patients(results["growth"], out / "patients.svg")
            _plot_states(results["growth"], out / "states.svg")
    with mpl.rc_context(SVG | {"font.size": 8}):
        _plot_precision(results["problems"], out / "work_precision.svg")


def page(results: dict[str, Any]) -> str:
    """Text of README.md."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"number": number, "error": lambda x: "-" if x is None else f"{x:.1e}"}
    problems = [_tables(name, problem, results) for name, problem in results["problems"].items()]
    template = environment.get_template("README.md.jinja")
    return template.render(results=results, problems=problems, targets=targets(results))


def number(x: float | None) -> str:
    """Three significant digits; a dash for what is not known."""
    if x is None:
        return "-"
    rounded = float(f"{x:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:.3g}"


def _tables(name: str, problem: dict[str, Any], results: dict[str, Any]) -> dict[str, Any]:
    """One line a simulator: patients per second at errors, and what it needs."""
    at, peak = problem["at_error"], results["machine"]["peak_gflops"]
    lines = []
    for engine, ready in problem["ready"].items():
        rows = [row for row in problem["rows"] if row["engine"] == engine]
        if not rows:
            continue
        speeds = [at[s][t].get(engine) for s in at for t in at[s]]
        lines.append(
            {
                "engine": engine,
                "compared": "error_p95" in rows[0],
                "speeds": speeds,
                "times": [_ratio(at[s][t].get(OURS), at[s][t].get(engine)) for s in at for t in at[s]],
                "compile": ready["compile_s"],
                "cached": ready.get("compile_cached_s"),
                "memory": max(row["memory_mb"] for row in rows),
                "share": _share(rows, problem["flop_per_step"], peak),
                "rows": rows,
            }
        )
    return {"name": name, "lines": lines, **problem}


def _ratio(ours: float | None, other: float | None) -> float | None:
    return ours / other if ours and other else None


def _share(rows: list[dict[str, Any]], flop_per_step: dict[str, int], peak: float) -> float | None:
    """Share of the core's peak in double precision that our own arithmetic reaches, per cent, at its best."""
    _, _, method = rows[0]["engine"].partition(" ")
    flops = flop_per_step.get(method)
    if flops is None:
        return None
    return max(100 * row["patients_per_s"] * row["steps"] * flops / 1e9 / peak for row in rows)


def _plot_patients(growth: dict[str, Any], path: Path) -> None:
    figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
    for label, rows in (
        ("one core, one call", growth["patients"]),
        ("stream to disk, all cores", growth["stream"]),
    ):
        counts, seconds = ([row[key] for row in rows] for key in ("patients", "seconds"))
        axes.loglog(counts, seconds, "o-", label=label)
    axes.set(xlabel="patients", ylabel="seconds", title="disease clock, 5 years")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _plot_states(growth: dict[str, Any], path: Path) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    states = [row["states"] for row in growth["states"]]
    left.loglog(states, [row["us_per_step"] for row in growth["states"]], "o-")
    left.set(xlabel="states", ylabel="microseconds per patient and step", title="integration, one core")
    right.loglog(states, [row["compile_cold_s"] for row in growth["states"]], "o-")
    right.set(xlabel="states", ylabel="seconds", title="compilation, empty cache")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PLAIN)
            axis.set_minor_formatter(mpl.ticker.NullFormatter())
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _plot_precision(problems: dict[str, Any], path: Path) -> None:
    """Patients per second against the error that was reached, a panel for each problem."""
    columns = min(3, len(problems))
    lines = -(-len(problems) // columns)
    size = (4 * columns, 3.2 * lines + 0.5)
    figure, panels = plt.subplots(lines, columns, figsize=size, squeeze=False, layout="constrained")
    every = list(dict.fromkeys(engine for problem in problems.values() for engine in problem["ready"]))
    colours = {engine: f"C{k}" for k, engine in enumerate(every)}
    for axes, problem in zip(panels.flat, problems.values(), strict=False):
        for engine in problem["ready"]:
            rows = [r for r in problem["rows"] if r["engine"] == engine and 0 < r.get("error_p95", 0) < 1]
            error, speed = ([row[key] for row in rows] for key in ("error_p95", "patients_per_s"))
            axes.loglog(error, speed, "o-", ms=3, color=colours[engine])
        axes.set(xlabel="error, 95th percentile", ylabel="patients per second and core")
        axes.set_title(", ".join(problem["title"].split(", ")[:2]))
        axes.grid(alpha=0.3)
    for axes in panels.flat[len(problems) :]:
        axes.set_axis_off()
    keys = [
        mpl.lines.Line2D([], [], color=colours[engine], label=engine)
        for engine in every
        if engine != "simglucose"
    ]
    figure.legend(handles=keys, loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
