"""Documents as PDF/A-2a and PDF/UA-1 in one file: what the archive takes, and a screen reader too.

A document is a pure function of its facts: the same facts give the same bytes. Text goes in as data and is never read
as markup.
"""

import json
import re
import types
import typing
import unicodedata
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path

import typst

from grantportal.domain.clock import day_text, day_time_text
from grantportal.domain.documents import DecisionDocument, Document, ReceiptDocument, ReportDocument
from grantportal.domain.money import Kronor, number
from grantportal.domain.texts import normal

_HERE = Path(__file__).parent / "typst"
_TEMPLATES: dict[type[Document], str] = {
    ReceiptDocument: "receipt.typ",
    DecisionDocument: "decision.typ",
    ReportDocument: "report.typ",
}

DRAWN = (
    "\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0481\u048a-\u04ff\u1e00-\u1eff"
    "\u2000-\u200a\u2010-\u2027\u202f-\u203e\u2070\u2071\u2074-\u208e\u20a0-\u20c0\u2100-\u211e\u2122\u2126\u2150\u2151\u2153-\u215e"
    "\u2190-\u22ff\u25a0-\u25ff\u2605\u2606\u2610-\u2612\u2713\u2714\u2717\u2718"
)
"""The characters that the fonts inside typst can draw, in every weight. PDF/A allows no empty boxes: all else is
written with its code. Scripts from right to left are left out, for the engine can fall over them, and combining marks,
for a pile of them covers the lines above."""

_NOT_DRAWN = re.compile(rf"[^{DRAWN}\n]")
_CODE = re.compile(r"\[U\+[0-9A-F]{4,6}\]")
_LONG_WORD = re.compile(r"[^ \n]{30}(?=[^ \n])")


class DocumentError(Exception):
    """The document could not be rendered; nothing was stored."""


def render(document: Document) -> bytes:
    """The document as PDF. The date inside is the document's own moment, not the time of rendering."""
    facts = typing.cast(dict[str, object], _facts(document, None))
    facts["coded"] = bool(_CODE.search(json.dumps(facts)))
    try:
        pdf = typst.compile(
            _HERE / _TEMPLATES[type(document)],
            root=_HERE,
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            ignore_system_fonts=True,
            sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
            timestamp=int(document.at.timestamp()),
        )
    except BaseException as refusal:
        # A panic inside the engine does not derive from Exception: it would end the worker and not only this document.
        if isinstance(refusal, (KeyboardInterrupt, SystemExit)):
            raise
        raise DocumentError(f"{document.registration_number}: {refusal}") from refusal
    if not isinstance(pdf, bytes):
        raise DocumentError(f"{document.registration_number}: no single file came out")
    return pdf


def drawable(text: str) -> str:
    """The text as it can be printed: what has no shape is dropped, what the fonts lack is written as [U+1F600].

    Very long words get places to break, so that no text runs out of its page.
    """
    text = normal(text.replace("\r\n", "\n"))
    text = _NOT_DRAWN.sub(_instead, text)
    text = re.sub(r"\n[ \n]*\n", "\n\n", text).strip("\n")
    return _LONG_WORD.sub("\\g<0>\u200b", text)


def _instead(match: re.Match[str]) -> str:
    char = match.group()
    if char in "\r\x0b\x0c\x85\u2028\u2029":
        return "\n"
    category = unicodedata.category(char)
    if char == "\t" or category == "Zs":
        return " "
    if category in {"Cc", "Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f":
        return ""
    return f"[U+{ord(char):04X}]"


def _facts(value: object, hint: object) -> object:
    """Every field and every sum of the dataclasses, as text ready to print; amounts are told by their type."""
    match value:
        case None | bool():
            return value
        case Enum():
            return value.value
        case str():
            return drawable(value)
        case int():
            return number(value) if hint == Kronor else str(value)
        case datetime():
            return {"day": day_text(value), "full": day_time_text(value)}
        case date():
            return day_text(value)
        case tuple():
            return [_facts(part, _inner(hint)) for part in value]
    if is_dataclass(value):
        kind: type = type(value)
        return {name: _facts(getattr(value, name), hint) for name, hint in _members(kind).items()}
    raise TypeError(f"{type(value).__name__} has no printed form")


def _inner(hint: object) -> object:
    """The type of a tuple's parts, also where the whole tuple may be missing."""
    for option in typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,):
        if typing.get_origin(option) is tuple:
            return typing.get_args(option)[0]
    return None


@cache
def _members(kind: type) -> dict[str, object]:
    members: dict[str, object] = dict(typing.get_type_hints(kind, include_extras=True))
    for base in kind.__mro__:
        for name, attribute in vars(base).items():
            if isinstance(attribute, property):
                members[name] = typing.get_type_hints(attribute.fget, include_extras=True)["return"]
    return members
