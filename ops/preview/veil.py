"""What hides secrets. It lies over a document as soon as it is read, so that nothing after it can show one.

Pulumi blinds what it knows as secret. What it does not know is the rest: an error text of a provider that repeats a
password, a plain value of a chart under a key such as `apiToken`, a key in a log line.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import quote, quote_plus

from ops.recovery.state import SECRET_SIGNATURE

HIDDEN = "[secret]"
"""What stands for a secret, as it does in Pulumi's own output."""

_SHORTEST_PART = 4
"""A shorter secret is hidden where it is the whole value; within a text it would be everywhere."""

_SHORTEST_LINE = 12
"""Lines of a secret, such as a key's, are hidden one by one as well: who quotes it may quote a part."""

_CREDENTIALS = (
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)",
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    r"\bgh[pousr]_\w{16,}",
    r"\bgithub_pat_\w{16,}",
    r"\bglpat-[\w-]{16,}",
    r"\bxox[abeprs]-[\w-]{10,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bAIza[\w-]{30,}",
    r"\bya29\.[\w-]{10,}",
    r"\bpul-[0-9a-f]{40}\b",
    r"(?<=://)[^/\s:@]{1,200}:[^/\s@]{1,200}(?=@)",
    r"(?i:\b(?:bearer|basic) )[\w.~+/=-]{8,}",
)
_NAMED = re.compile(
    r"""(?ix) ( (?: password | passwd | passphrase | secret | token | api[_-]?key | access[_-]?key | private[_-]?key
        | credentials? ) ["']? \s{0,3} (?: = | :(?=[\s"']) ) \s{0,3} )
        ( "[^"]{1,500}" | '[^']{1,500}' | [^\s"',;&(){}\[\]]{4,500} )"""
)
_LOOKS_LIKE = re.compile("|".join(_CREDENTIALS), re.DOTALL)
_SECRET_KEY = re.compile(
    r"(?i)(?:pass(?:word|wd|phrase)|secret|token|credentials?|kubeconfig|"
    r"(?:api|access|private|signing|crypt|account|client)[_-]?key)s?$"
)
_KUBERNETES_SECRET = ("data", "stringData")


class Veil:
    """Hides the secrets that are known, and what looks like one."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        secrets = {each for each in known if each and each != HIDDEN}
        self._whole = frozenset(secrets)
        parts = {form for each in secrets for form in _forms(each) if len(form) >= _SHORTEST_PART}
        # The longest first: of two secrets one may begin with the other.
        ordered = sorted(parts, key=lambda part: (-len(part), part))
        self._parts = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """Give a text without secrets."""
        if text in self._whole:
            return HIDDEN
        if self._parts:
            text = self._parts.sub(HIDDEN, text)
        text = _LOOKS_LIKE.sub(HIDDEN, text)
        return _NAMED.sub(lambda found: found[1] + HIDDEN, text)

    def over(self, value: Any, key: str = "") -> Any:
        """Give a value of JSON without secrets, in keys neither."""
        if isinstance(value, str):
            return HIDDEN if value and _SECRET_KEY.search(key) else self.text(value)
        if isinstance(value, list):
            return [self.over(each, key) for each in cast("list[Any]", value)]
        if not isinstance(value, dict):
            return HIDDEN if str(value) in self._whole and not isinstance(value, bool | None) else value
        known = cast("dict[str, Any]", value)
        if SECRET_SIGNATURE in known:
            return HIDDEN
        if known.get("kind") == "Secret" and "apiVersion" in known:
            known = {name: HIDDEN if name in _KUBERNETES_SECRET and each else each for name, each in known.items()}
        if isinstance(known.get("name"), str) and _SECRET_KEY.search(known["name"]) and "value" in known:
            known = {**known, "value": HIDDEN}  # an environment variable
        return {self.text(name): self.over(each, name) for name, each in known.items()}


def secrets_of(document: Any) -> Iterator[str]:
    """Find the secrets in what `pulumi stack export --show-secrets` or `pulumi config --show-secrets --json` gave."""
    if isinstance(document, list):
        for each in cast("list[Any]", document):
            yield from secrets_of(each)
    if not isinstance(document, dict):
        return
    known = cast("dict[str, Any]", document)
    if SECRET_SIGNATURE in known:
        plain = known.get("plaintext", known.get("value"))
        yield from _leaves(_opened(plain))
        return
    if known.get("secret") is True and "value" in known:
        yield from _leaves(known.get("objectValue", known["value"]))
        yield from _leaves(_opened(known["value"]))
        return
    for each in known.values():
        yield from secrets_of(each)


def _opened(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in cast("Mapping[str, Any]", value).values():
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _leaves(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _forms(secret: str) -> Iterator[str]:
    """Give a secret as others may write it: escaped, in an address, in base64, line by line."""
    raw = secret.encode(errors="surrogatepass")
    yield secret
    yield secret.strip()
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield quote(raw, safe="")
    yield quote(raw)
    yield quote_plus(raw)
    yield base64.b64encode(raw).decode().rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
    yield from (line for line in map(str.strip, secret.splitlines()) if len(line) >= _SHORTEST_LINE)
