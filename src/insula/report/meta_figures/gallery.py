"""All figures of a meta-analysis with their titles and tables; what cannot be drawn is absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insula.report.meta_figures.baujat import baujat_columns, baujat_figure
from insula.report.meta_figures.forest import Forest, forest_columns, forest_figure
from insula.report.meta_figures.from_answer import cumulative_of, forest_of, leave_one_out_of
from insula.report.meta_figures.funnel import funnel_columns, funnel_figure
from insula.report.meta_figures.influence import influence_columns, influence_figure
from insula.report.meta_figures.labbe import has_two_shares, labbe_columns, labbe_figure
from insula.report.meta_figures.risk_of_bias import risk_of_bias_columns, risk_of_bias_figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.figure import Figure

    from insula.report.writing import Writer

    Answer = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A figure with every number on it.

    Parameters
    ----------
    name
        Of its files.
    title, caption
        In the reader's language.
    figure
    columns
        Name to values.
    """

    name: str
    title: str
    caption: str
    figure: Figure
    columns: Mapping[str, Sequence[Any]]


def draw_all(found: Answer, favours: tuple[str, str], writer: Writer) -> dict[str, Drawn]:
    """Draw everything that the answer holds, by name."""
    drawn = [*_forests(found, favours, writer), *_others(found, writer)]
    judged = found["risk_of_bias"]
    if judged:
        title, caption = writer._("Risk of bias"), writer._("As judged by the authors of the table.")
        figure, columns = risk_of_bias_figure(judged, writer), risk_of_bias_columns(judged)
        drawn.append(Drawn("risk_of_bias", title, caption, figure, columns))
    return {one.name: one for one in drawn}


def _forests(found: Answer, favours: tuple[str, str], writer: Writer) -> Iterator[Drawn]:
    _ = writer._
    caption = _(
        "Marks grow with the weight. Diamonds: pooled effects. Bars: where the true effect of a new study lies."
    )
    yield _forest("forest", _("Forest plot"), caption, forest_of(found, writer, favours), writer)
    if found["cumulative"]:
        caption = _("The pooled effect after each further study.")
        yield _forest("cumulative", _("Cumulative"), caption, cumulative_of(found, writer), writer)
    if isinstance(found["leave_one_out"], list):
        caption = _("The pooled effect without the study of the line, and with all.")
        yield _forest(
            "leave_one_out", _("Without each study"), caption, leave_one_out_of(found, writer), writer
        )


def _forest(name: str, title: str, caption: str, forest: Forest, writer: Writer) -> Drawn:
    return Drawn(name, title, caption, forest_figure(forest, writer), forest_columns(forest))


def _others(found: Answer, writer: Writer) -> Iterator[Drawn]:
    _ = writer._
    caption = _(
        "Shades: a study's own p, seen from no effect. An empty corner at the bottom may be missing studies."
    )
    yield Drawn("funnel", _("Funnel plot"), caption, funnel_figure(found, writer), funnel_columns(found))
    if isinstance(found["influence"], list):
        caption = _("Studies at the right make the heterogeneity, studies at the top move the pooled effect.")
        yield Drawn("baujat", _("Baujat plot"), caption, baujat_figure(found, writer), baujat_columns(found))
        caption = _("Influential by the limits of Viechtbauer and Cheung (2010, Res Synth Methods 1:112).")
        figure = influence_figure(found, writer)
        yield Drawn("influence", _("Influence of single studies"), caption, figure, influence_columns(found))
    if has_two_shares(found):
        caption = _(
            "Below the line of no effect the treated have fewer events. Marks grow with the patients."
        )
        yield Drawn("labbe", _("L'Abbé plot"), caption, labbe_figure(found, writer), labbe_columns(found))
