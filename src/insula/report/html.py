"""The report of a run as one HTML file that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from insula.report.figures.course import course_figure, published_levels
from insula.report.figures.harms import harms_figure
from insula.report.figures.intervals import interval_figure
from insula.report.figures.profile import profile_figures
from insula.report.figures.published_course import published_course_figure
from insula.report.figures.style import to_svg
from insula.report.harms import share_words
from insula.report.labels import Labels
from insula.report.protocol_steps import protocol_lines
from insula.report.vocabulary import word_of
from insula.report.writing import Writer

if TYPE_CHECKING:
    from pathlib import Path

# What a reader looks for first; everything else that was followed is folded away below.
LEADING = ("insulin_dose_total", "hba1c", "tir", "mmtt_c_peptide_peak")


def write_report(summary: dict[str, Any], folder: Path, lang: str) -> Path:
    """Write ``report.html`` into the folder of a run, in ``zh`` or ``en``, and return its path."""
    out = folder / "report.html"
    out.write_text(render_report(summary, lang), encoding="utf-8")
    return out


def render_report(summary: dict[str, Any], lang: str) -> str:
    """Return the report as text; the same summary gives the same bytes."""
    return render("report.html.j2", summary, lang, _figures)


def render(template: str, summary: dict[str, Any], lang: str, draw: Any) -> str:
    """Fill a page: `s` is the summary, `w` the writer, `names` the labels, `figures` what `draw` drew."""
    writer = Writer(lang)
    labels = Labels(summary, writer)
    figures = draw(summary, writer, labels)
    return fill(template, writer, s=summary, names=labels, figures=figures, folder=summary["folder"])


def fill(template: str, writer: Writer, **values: Any) -> str:
    """Fill a page with these values; `w` and `_` in it are the writer and its translations."""
    return _templates().get_template(template).render(w=writer, _=writer._, lang=writer.lang, **values)


@cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("insula.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["harm_share"] = share_words
    found.globals |= {"word_of": word_of, "protocol_lines": protocol_lines}
    return found


def _figures(summary: dict[str, Any], writer: Writer, labels: Labels) -> dict[str, Any]:
    arms = [arm["id"] for arm in summary["arms"]]
    return {
        "course": {arm: _course(summary, arm, writer, labels) for arm in arms},
        "profiles": {arm: _profiles(summary, arm, writer, labels) for arm in arms},
        "published": _published(summary, writer, labels),
        "intervals": _intervals(summary, writer, labels),
        "harms": {arm["arm"]: _harms(arm, writer, labels) for arm in summary["harms"]},
    }


def _course(summary: dict[str, Any], arm: str, writer: Writer, labels: Labels) -> list[dict[str, Any]]:
    bands = summary["course"][arm]
    order = [name for name in LEADING if name in bands] + [name for name in bands if name not in LEADING]
    found = []
    for quantity in order:
        published = published_levels(summary["comparison"], arm, quantity)
        figure = course_figure(bands[quantity], published, writer)
        title = labels.endpoint(quantity)
        label = writer._("{title} over time, {arm}").format(title=title, arm=labels.arm(arm))
        svg = markup(to_svg(figure, f"course-{arm}-{quantity}", label))
        found.append({"title": title, "svg": svg, "leading": quantity in LEADING})
    return found


def _published(summary: dict[str, Any], writer: Writer, labels: Labels) -> list[dict[str, Any]]:
    found = []
    for number, course in enumerate(summary["published_courses"]):
        figure = published_course_figure(course, [labels.arm(arm) for arm in course["arms"]], writer)
        kind = course["kind"]
        title = f"{labels.endpoint(course['outcome'])} · {writer._(kind)}"
        found.append({"title": title, "svg": markup(to_svg(figure, f"published-{number}", title))})
    return found


def _profiles(summary: dict[str, Any], arm: str, writer: Writer, labels: Labels) -> list[dict[str, Any]]:
    profiles = summary["profiles"][arm]
    found = []
    for number, (profile, figure) in enumerate(
        zip(profiles, profile_figures(profiles, target_range(summary), writer), strict=True)
    ):
        title = writer._("Day {day}, {n} patients").format(
            day=writer.number(profile["day"], "day"), n=writer.number(profile["patients"])
        )
        label = writer._("Glucose by time of day, {arm}, {when}").format(arm=labels.arm(arm), when=title)
        found.append({"title": title, "svg": markup(to_svg(figure, f"profile-{arm}-{number}", label))})
    return found


def _intervals(summary: dict[str, Any], writer: Writer, labels: Labels) -> Markup | None:
    rows = [row for row in summary["comparison"] if row["scored"]]
    if not rows:
        return None
    figure = interval_figure(rows, [f"{labels.row(row)} · {labels.arm(row['arm'])}" for row in rows], writer)
    return markup(to_svg(figure, "intervals", writer._("Published values against predicted intervals")))


def _harms(arm: dict[str, Any], writer: Writer, labels: Labels) -> Markup | None:
    if not arm["known"]:
        return None
    label = writer._("Share of people with each adverse event, {arm}").format(arm=labels.arm(arm["arm"]))
    return markup(to_svg(harms_figure(arm, writer), f"harms-{arm['arm']}", label))


def markup(svg: str) -> Markup:
    """Mark text that this package wrote as safe for a page; everything else is escaped."""
    return Markup(svg)


def target_range(summary: dict[str, Any]) -> tuple[float, float] | None:
    """Return the limits of time in range (mg/dL) as the endpoint states them, or None."""
    for text in summary["endpoints"].values():
        limits = text.get("limits") or {}
        if text.get("family") == "time_in_range" and {"low", "high"} <= set(limits):
            return float(limits["low"]["value"]), float(limits["high"]["value"])
    return None
