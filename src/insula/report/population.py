"""A drawn population as tables for the terminal: who was lost where, what was stated and what was drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from insula.report.limits import criterion_of
from insula.report.matched import matched_table
from insula.report.plain_table import plain_table
from insula.report.writing import MISSING, Writer

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_DRAWN = ("stated", "candidates", "patients")


def terminal_population(answer: dict[str, Any], lang: str) -> Group:
    """Return the tables of an answer of `insula.analysis.population_marginals.answer_of`."""
    writer = Writer(lang)
    _ = writer._
    told = _(
        "{patients} patients among {candidates} candidates, seed {seed}. Effective sample size: {effective}."
    )
    counts = told.format(
        patients=writer.number(answer["patients"]),
        candidates=writer.number(answer["candidates"]),
        seed=answer["seed"],
        effective=writer.number(answer["effective_sample_size"]),
    )
    parts: list[RenderableType] = [
        Text(writer.title(answer["population_text"]["title"]), style="bold"), Text(counts), Text(),
        _screening(answer, writer), Text(),
        *_matched(answer, writer),
        _marginals(answer, writer), Text(),
    ]  # fmt: skip
    if answer["correlations"]:
        parts += [_correlations(answer, writer), Text()]
    if independence := answer["population_text"].get("independence"):
        parts += [Text(writer.title(independence)), Text()]
    address = _("SHA-256 of the population: {digest}").format(digest=answer["sha256"])
    return Group(*parts, Text(address, overflow="fold"))


def _screening(answer: dict[str, Any], writer: Writer) -> Table:
    _ = writer._
    table = plain_table(_("Candidates by criterion"), (_("Criterion"), _("Judged"), _("Lost"), _("Share")))
    for step in answer["screening"]:
        share = writer.share(step["lost"], step["judged"])
        criterion = _criterion(step["criterion"], answer, writer)
        table.add_row(criterion, writer.number(step["judged"]), writer.number(step["lost"]), share)
    later = _("; ").join(_criterion(one, answer, writer) for one in answer["judged_later"])
    if later:
        table.caption = _("Not judged here, because only a visit of a study tells: {criteria}").format(
            criteria=later
        )
    return table


def _criterion(name: str, answer: dict[str, Any], writer: Writer) -> str:
    return criterion_of(answer["criteria"][name], writer)


def _matched(answer: dict[str, Any], writer: Writer) -> list[RenderableType]:
    """Return what the weights do, and what is matched in a study only; nothing where the text matches nothing."""
    _ = writer._
    parts: list[RenderableType] = []
    if answer["matched"]:
        parts += [matched_table(answer["matched"], writer), Text()]
    if answer["matched_later"]:
        names = ", ".join(dict.fromkeys(answer["matched_later"]))
        told = _("Matched by weights only in a study, because only a visit tells: {quantities}")
        parts += [Text(told.format(quantities=names)), Text()]
    return parts


def _marginals(answer: dict[str, Any], writer: Writer) -> Table:
    _ = writer._
    heads = (_("Quantity"), _("Unit"), _("Stated in the text"), _("All candidates"), _("Virtual patients"))
    table = plain_table(_("Median (quartiles), or share of yes"), heads)
    own = [row for row in answer["marginals"] if row["own"]]
    for row in own:
        cells = [_distribution(row[key], row, writer) for key in _DRAWN]
        table.add_row(row["symbol"], writer.unit(row["unit"]), *cells)
    further = _("{n} further numbers, of the models: --format json shows them.")
    table.caption = further.format(n=writer.number(len(answer["marginals"]) - len(own)))
    return table


def _distribution(numbers: list[float] | None, row: dict[str, Any], writer: Writer) -> str:
    if numbers is None:
        return MISSING
    if row["statistic"] == "share":
        return writer.percent(numbers[0])
    low, median, high = (writer.number(number) for number in numbers)
    return writer._("{median} ({low} to {high})").format(low=low, median=median, high=high)


def _correlations(answer: dict[str, Any], writer: Writer) -> Table:
    _ = writer._
    heads = (_("Quantities"), _("Stated in the text"), _("All candidates"), _("Virtual patients"))
    table = plain_table(_("Correlations of the normal scores"), heads)
    for pair in answer["correlations"]:
        table.add_row(", ".join(pair["between"]), *(writer.number(pair[key]) for key in _DRAWN))
    return table
