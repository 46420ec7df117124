"""The sources of a page, and the places in its text that name them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from insula.core.citations import format_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from insula.core.citations import Citation

_WORD = re.compile(r"\b[a-z][a-z_-]*\d{4}[a-z]?(?:_[a-z0-9_]+)?\b")
_TAG = re.compile(r"(<[^>]*>)")
_LARGEST = 3  # the highest heading of a README on a page, below those of the page's own parts


def cited(texts: Iterable[str | None], citations: Mapping[str, Citation]) -> list[dict[str, str]]:
    """Return the sources that these texts name by their keys, in the order of the keys: key, reference, address."""
    keys = {key for text in texts if text for key in _WORD.findall(text) if key in citations}
    found = []
    for key in sorted(keys):
        reference, link = format_reference(citations[key]), citations[key].link
        found.append({"key": key, "text": reference.removesuffix(link).strip(), "link": link})
    return found


def linked(text: str | None, citations: Mapping[str, Citation]) -> Markup:
    """Escape a text of the tables; the keys of sources in it lead to the list of sources."""
    return _with_links(str(escape(text or "")), citations)


CHINESE = "## 中文"  # heading of the part of a README that sums it up in Chinese; it is the last one


def readme_parts(readme: str, lang: str, citations: Mapping[str, Citation]) -> list[dict[str, Any]]:
    """Return the parts of a README for a page of one language, with the language of each.

    The English text stands on every page; what is written in Chinese stands before it on the Chinese one.
    """
    english, _, chinese = readme.partition(f"\n{CHINESE}\n")
    parts = [{"lang": "zh", "html": readme_html(chinese, citations)}] if lang == "zh" and chinese else []
    return [*parts, {"lang": "en", "html": readme_html(english, citations)}]


def readme_html(readme: str, citations: Mapping[str, Citation]) -> Markup:
    """Return a README below its title as HTML; raw HTML in it is shown, not obeyed."""
    body = readme.partition("\n")[2] if readme.startswith("# ") else readme
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(body)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + _LARGEST - 2)}"
    return _with_links(parser.renderer.render(tokens, parser.options, {}), citations)


def _with_links(html: str, citations: Mapping[str, Citation]) -> Markup:
    parts = _TAG.split(html)
    for place in range(0, len(parts), 2):
        parts[place] = _WORD.sub(
            lambda found: (
                f'<a href="#source-{found[0]}">{found[0]}</a>' if found[0] in citations else found[0]
            ),
            parts[place],
        )
    return Markup("".join(parts))
