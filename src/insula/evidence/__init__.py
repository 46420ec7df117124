"""Published rows in one vocabulary and unit, each scorable or with the reason why not."""

from insula.evidence.published import PublishedRow, published_rows, rows_of_study
from insula.evidence.vocabulary import Vocabulary, load_vocabulary

__all__ = ["PublishedRow", "Vocabulary", "load_vocabulary", "published_rows", "rows_of_study"]
