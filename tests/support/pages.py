"""What holds for every page, whichever test fetched it: read as a browser and a screen reader would."""

import hashlib
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
from enum import Enum
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

import grantportal.domain
from tests.support import run

VENDOR = Path(__file__).parent / "vendor"

KIT_ENGLISH = re.compile(
    r"There is a problem|Skip to main content|You have \d+ |\b(?:Error|Warning|Success|Important|Back|Next|Previous"
    r"|Menu|Contents|Close|Hide|Show|Loading|Page|Required|Optional)\b"
)
"""The kit's own words, which its macros put on screen when nobody gives others."""

NOT_A_WORD = re.compile(r"\{\{|\{%|<Undefined|\bNone\b|\bTrue\b|\bFalse\b|\bnan\b|\bundefined\b|datetime\.|Decimal\(")
"""Python on the page."""

SWEDISH_TOO = frozenset("attest budget extra full in region register text".split())
"""Codes that are spelled as the Swedish word that the screen shows."""

UNLABELLED = {"hidden", "submit", "button", "reset", "image"}


def read(html: str, where: str) -> Element:
    """Parse a page strictly and look at what holds for every page; the answer is its tree."""
    try:
        document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    except ParseError as error:
        raise AssertionError(f"{where}: not valid HTML: {error}") from error
    faults = [*_headings(document), *_labels(document), *_forms(document), *_ids(document), *_words(document)]
    assert not faults, f"{where}:\n  " + "\n  ".join(faults)
    return document


def words(element: Element) -> str:
    """What is visible of an element, with single spaces."""
    return " ".join("".join(_visible(element)).split())


def _visible(element: Element) -> list[str]:
    if not isinstance(element.tag, str) or element.tag in {"script", "style", "template", "head"}:
        return [element.tail or ""]
    inside = [element.text or ""]
    for child in element:
        inside.extend(_visible(child))
    # A space where boxes meet: «<td>1</td><td>2</td>» is not «12».
    return [" ", *inside, " ", element.tail or ""] if element.tag in _BOXES else [*inside, element.tail or ""]


_BOXES = set("p div td th li dt dd tr h1 h2 h3 h4 label legend option button summary section caption br".split())


def _headings(document: Element) -> list[str]:
    headings = [words(heading) for heading in document.iter("h1")]
    if len(headings) != 1:
        return [f"{len(headings)} h1: {headings}"]
    title = (
        " ".join("".join(document.find("head/title").itertext()).split())
        if document.find("head/title") is not None
        else ""
    )
    faults = []
    if not headings[0]:
        faults.append("an empty h1")
    if not title.startswith((headings[0], f"Fel: {headings[0]}")):
        faults.append(f"the title is {title!r}, the h1 {headings[0]!r}")
    if document.get("lang") != "sv":
        faults.append(f"the page's language is {document.get('lang')!r}")
    return faults


def _labels(document: Element) -> list[str]:
    labelled = {label.get("for") for label in document.iter("label") if words(label)}
    wrapped = {id(inner) for label in document.iter("label") if words(label) for inner in label.iter()}
    texts = {element.get("id"): words(element) for element in document.iter() if element.get("id")}
    faults = []
    for control in document.iter():
        if control.tag not in {"input", "select", "textarea"} or control.get("type") in UNLABELLED:
            continue
        named = (
            control.get("id") in labelled
            or id(control) in wrapped
            or control.get("aria-label", "").strip()
            or any(texts.get(one) for one in control.get("aria-labelledby", "").split())
        )
        if not named:
            faults.append(f"no label: {control.tag} {control.get('name')!r}")
        faults += [
            f"{control.get('name')!r} is described by {one!r}, which is not there"
            for one in control.get("aria-describedby", "").split()
            if one not in texts
        ]
    return faults


def _forms(document: Element) -> list[str]:
    return [
        f"no CSRF token in the form to {form.get('action')!r}"
        for form in document.iter("form")
        if form.get("method", "get").lower() == "post"
        and not any(field.get("name") == "csrf_token" and field.get("value") for field in form.iter("input"))
    ]


def _ids(document: Element) -> list[str]:
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    faults = [
        f"the id {one!r} is there {ids.count(one)} times" for one in sorted({one for one in ids if ids.count(one) > 1})
    ]
    anchors = {link.get("href", "")[1:] for link in document.iter("a") if link.get("href", "").startswith("#")}
    return faults + [f"a link to #{one}, which is not there" for one in sorted(anchors - set(ids) - {""})]


def _words(document: Element) -> list[str]:
    body = document.find("body")
    assert body is not None
    text = words(body)
    said = [
        text,
        *(
            value
            for element in body.iter()
            for name, value in element.attrib.items()
            if name in {"aria-label", "title", "alt", "placeholder"}
        ),
    ]
    faults = []
    for one in said:
        faults += [f"the kit's English: {found.group()!r}" for found in KIT_ENGLISH.finditer(one)]
        faults += [f"not a word for a reader: {found.group()!r}" for found in NOT_A_WORD.finditer(one)]
    faults += [f"an untranslated code: {found.group()!r}" for found in _codes().finditer(text)]
    return sorted(set(faults))


@cache
def _codes() -> re.Pattern[str]:
    """Every code of the domain that is not also the Swedish word for it, as a whole word."""
    values = set()
    for module in pkgutil.walk_packages(grantportal.domain.__path__, "grantportal.domain."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(kind, Enum):
                values |= {
                    member.value
                    for member in kind
                    if isinstance(member.value, str) and member.value not in _swedish(member)
                }
    return re.compile(
        r"(?<![\w@./-])(?:"
        + "|".join(sorted(map(re.escape, values - SWEDISH_TOO), key=len, reverse=True))
        + r")(?![\w@/-])"
    )


def _swedish(member: Enum) -> str:
    return str(getattr(member, "text", "")).lower()


# Every distinct page is kept, and one run of the HTML checker reads them all (it takes seconds to start).


def keep(html: str, document: Element, where: str) -> None:
    """Keep a page whose elements and attributes have not been seen in this order before."""
    shape = hashlib.sha256(" ".join(_shape(document)).encode()).hexdigest()[:24]
    page = run.folder() / "pages" / f"{shape}.html"
    if not page.exists():
        page.write_text(f"{html}\n<!-- {where.replace('--', '- -')} -->\n")


def _shape(document: Element) -> list[str]:
    return [
        f"{element.tag}[{','.join(sorted(element.attrib))}]"
        for element in document.iter()
        if isinstance(element.tag, str)
    ]


def faults_of_kept() -> list[str]:
    """What the HTML checker says of the pages that this run kept."""
    pages = run.folder() / "pages"
    if not any(pages.iterdir()):
        return []
    command = [
        "java",
        # It is over before its machine code could be made better: half the processor time. The checker asks for the stack.
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xss8m",
        "-jar",
        str(VENDOR / "vnu.jar"),
        "--errors-only",
        "--exit-zero-always",
        "--format",
        "json",
        str(pages),
    ]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stderr)
    return sorted(
        {f"{_where(message)}: {message['message']} «{message.get('extract', '')}»" for message in said["messages"]}
    )


def _where(message: dict[str, str]) -> str:
    page = Path(message.get("url", "").removeprefix("file:"))
    return (
        page.read_text().rstrip().rpartition("<!-- ")[2].removesuffix(" -->") if page.is_file() else "the HTML checker"
    )
