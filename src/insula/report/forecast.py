"""What has become of a registered forecast, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from insula.report.plain_table import plain_table
from insula.report.writing import MISSING, Writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType
    from rich.table import Table

    from insula.catalog import Catalog
    from insula.catalog.records import Arm, Endpoint, Study


def terminal_forecast_check(answer: Mapping[str, Any], study: Study, catalog: Catalog, lang: str) -> Group:
    """Return an answer of `insula.analysis.forecast_check.check_of`: its texts, then every number that is another."""
    writer = Writer(lang)
    _ = writer._
    registered = _("Registered on {date}").format(date=writer.date(answer["registered"]))
    parts: list[RenderableType] = [
        Text(writer.title(answer["title"]), style="bold"), Text(registered), Text(_texts(answer, writer)),
        Text(_count(answer, writer)),
    ]  # fmt: skip
    if answer["same"] < answer["predictions"]:
        parts += [Text(), _table(answer, study, catalog, writer)]
    return Group(*parts)


def _texts(answer: Mapping[str, Any], writer: Writer) -> str:
    _ = writer._
    names = {
        "science": _("the science text"),
        "beside": _("your own texts beside it"),
        "study": _("the study"),
    }
    changed = _(", ").join(names[name] for name in answer["changed_texts"])
    if not changed:
        return _("The texts are those that it was made from.")
    commit = answer["made_from"].get("commit", MISSING)
    return _("Changed since: {texts}. The numbers that were registered belong to commit {commit}.").format(
        texts=changed, commit=commit
    )


def _count(answer: Mapping[str, Any], writer: Writer) -> str:
    _ = writer._
    whole, same = answer["predictions"], answer["same"]
    if same == whole:
        return _("All {n} predictions come out the same today.").format(n=writer.number(whole))
    text = _(
        "{same} of {n} predictions come out the same today; "
        "{within} of the other {others} lie in the registered interval."
    ).format(
        same=writer.number(same),
        n=writer.number(whole),
        others=writer.number(whole - same),
        within=writer.number(answer["within"]),
    )
    if answer["changed_texts"]:
        return text
    cause = _("As the texts are the same: the file was changed, or another version or processor computed it.")
    return f"{text} {cause}"


def _table(answer: Mapping[str, Any], study: Study, catalog: Catalog, writer: Writer) -> Table:
    _ = writer._
    heads = (_("Arm"), _("Endpoint"), _("Day"), _("Registered"), _("Today"))
    table = plain_table(_("Predictions that come out otherwise today"), heads, right=(_("Day"),))
    endpoints = catalog.endpoints.readable()
    for row in answer["rows"]:
        if not row["same"]:
            table.add_row(
                _title(study.arms, row["arm"], writer),
                _title(endpoints, row["endpoint"], writer),
                writer.number(row["day"], "day"),
                *(_numbers(row[when], writer) for when in ("registered", "today")),
            )
    return table


def _title(known: Mapping[str, Arm] | Mapping[str, Endpoint], name: str, writer: Writer) -> str:
    """Return the title of what still exists, else its id."""
    return writer.title(known[name].title.model_dump()) if name in known else name


def _numbers(line: Mapping[str, Any] | None, writer: Writer) -> str:
    if line is None:
        return MISSING
    interval = writer.interval(line["low"], line["high"], line["unit"])
    return writer._("{first} ({second})").format(
        first=writer.value(line["predicted"], line["unit"]), second=interval
    )
