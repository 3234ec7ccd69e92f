"""Words in a report: made fit to be shown, and compared with the ones that were probably meant."""

import difflib
from collections.abc import Iterable

_LONGEST = 160


def clean(text: str) -> str:
    """Make a text fit for one line of a report: no control characters, and not endless."""
    if not text.isprintable() or text != text.strip() or not text:
        text = ascii(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Give the word that `word` was probably meant to be, if one is near enough."""
    known = {folded(known): known for known in words}
    matches = difflib.get_close_matches(folded(word), known, n=1, cutoff=0.6)
    return known[matches[0]] if matches else None


def nearest_first(word: str, words: Iterable[str]) -> list[str]:
    """Put words in order, those most like `word` first."""
    return sorted(words, key=lambda known: -difflib.SequenceMatcher(None, folded(word), folded(known)).ratio())


def folded(word: str) -> str:
    """Give a word without what people mix up: capitals, and hyphens for underscores."""
    return word.lower().replace("-", "_")[:_LONGEST]
