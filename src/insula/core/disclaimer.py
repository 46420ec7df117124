"""What stands above every answer about patients, whoever reads it: a person or a program."""

from __future__ import annotations

from insula.core.i18n import LANGUAGES, translator


def disclaimer() -> dict[str, str]:
    """Return it as a title ``{en, zh}``."""
    return {language.split("_")[0]: _in(language) for language in LANGUAGES}


def _in(language: str) -> str:
    _ = translator(language)
    return _(
        "Simulated. Research software: exploratory in-silico evidence about virtual patients, not for individual "
        "treatment decisions. It recommends nothing."
    )
