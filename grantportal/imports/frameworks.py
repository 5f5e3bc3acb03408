"""The matrix of expected results from an outline (YAML), checked, with every fault at its place."""

import re

from grantportal.domain.errors import RuleViolation
from grantportal.domain.frameworks import (
    AreaContent,
    Comparability,
    FrameworkContent,
    LinkContent,
    LinkKind,
    ProvisoContent,
    ProvisoMarker,
    ResultContent,
    WordingContent,
)
from grantportal.imports.forms import code
from grantportal.imports.outline import FIELD, Faults, Node, load

_YEAR = re.compile(r"(?:19[89]|20[0-9])[0-9]")
_LINKS = re.compile(r"links_([0-9]{4})_([0-9]{4})")


def read(text: str) -> FrameworkContent:
    """The matrix that the outline describes. Raises RuleViolations on the field `text`."""
    faults = Faults()
    top = Node(load(text), "", faults)
    linked = [key for key in top.values if _LINKS.fullmatch(key)]
    top.only("example", "preamble", "periods", "provisos", "areas", *linked)
    provisos, proviso_years = _provisos(top)
    areas = tuple(_area(node, proviso_years) for node in top.children("areas", "område"))
    content = FrameworkContent(
        areas=areas,
        preamble=top.text("preamble"),
        provisos=provisos,
        links=tuple(link for key in linked for link in _links(top, key, areas)),
        is_example=top.flag("example", False),
    )
    _check_codes(content, faults)
    faults.done()
    return content


def _provisos(top: Node) -> tuple[tuple[ProvisoContent, ...], dict[str, int | None]]:
    """The starred notes, and the year that each of them is for."""
    given = top.values.get("provisos", {})
    notes, years = [], {}
    for name, values in Node(given, "Förbehåll", top.faults).values.items():
        node = Node(values, f"Förbehåll {name[:20]}", top.faults)
        node.only("year", "marker", "text")
        years[name] = node.whole("year", least=1990, most=2100)
        marker = code(node, "marker", ProvisoMarker) or ProvisoMarker.NOTE
        notes.append(ProvisoContent(name, marker, node.text("text", needed=True)))
    return tuple(notes), years


def _area(node: Node, proviso_years: dict[str, int | None]) -> AreaContent:
    node.only("code", "title", "results")
    return AreaContent(
        code=node.text("code", needed=True, longest=20),
        title=node.text("title", needed=True),
        results=tuple(_result(child, proviso_years) for child in node.children("results", "resultat")),
    )


def _result(node: Node, proviso_years: dict[str, int | None]) -> ResultContent:
    years = [key for key in node.values if _YEAR.fullmatch(key)]
    node.only("code", "title", "heading_source", *years)
    source = node.text("heading_source") or "annex"
    if source not in {"annex", "own"}:
        node.fault("heading_source ska vara annex eller own.")
    title = node.text("title", needed=True)
    if not years:
        node.fault("Det behövs en ordalydelse för minst ett år, till exempel 2021:.")
    return ResultContent(
        code=node.text("code", needed=True, longest=20),
        wordings=tuple(
            _wording(
                Node(node.values[year], f"{node.place}, {year}", node.faults), int(year), title, source, proviso_years
            )
            for year in sorted(years)
        ),
    )


def _wording(node: Node, year: int, title: str, source: str, proviso_years: dict[str, int | None]) -> WordingContent:
    node.only("title", "text", "lead", "bullets", "proviso", "provisos")
    text, lead, bullets = node.text("text"), node.text("lead"), node.texts("bullets")
    if bool(text) == bool(bullets):
        node.fault("Skriv antingen text eller lead med bullets.")
    named = (*filter(None, [node.text("proviso")]), *node.texts("provisos"))
    for name in named:
        if name not in proviso_years:
            node.fault(f"Förbehållet {name} finns inte.")
        elif proviso_years[name] not in (None, year):
            node.fault(f"Förbehållet {name} gäller {proviso_years[name]}, inte {year}.")
    return WordingContent(
        grant_year=year,
        title=node.text("title") or title,
        text=text,
        lead=lead,
        bullets=bullets,
        provisos=named,
        title_is_ours=source == "own",
    )


def _links(top: Node, key: str, areas: tuple[AreaContent, ...]) -> list[LinkContent]:
    found = _LINKS.fullmatch(key)
    if found is None:
        return []
    earlier, later = int(found[1]), int(found[2])
    known = {
        (result.code, wording.grant_year) for area in areas for result in area.results for wording in result.wordings
    }
    links = []
    for result, values in Node(top.values[key], key, top.faults).values.items():
        node = Node(values, f"{key}, {result[:20]}", top.faults)
        node.only("kind", "comparability", "proviso")
        if earlier >= later or (result, earlier) not in known or (result, later) not in known:
            node.fault(f"Resultatet har inte en ordalydelse för både {earlier} och {later}.")
        kind, comparability = code(node, "kind", LinkKind), code(node, "comparability", Comparability)
        ended = node.text("proviso")
        if ended not in ("", "ended"):
            node.fault("proviso kan bara vara ended.")
        if kind and comparability:
            links.append(LinkContent(result, earlier, later, kind, comparability, bool(ended)))
    return links


def _check_codes(content: FrameworkContent, faults: Faults) -> None:
    """Every område and every resultat has a code of its own."""
    for what, codes in (
        ("Området", [area.code for area in content.areas]),
        ("Resultatet", [result.code for area in content.areas for result in area.results]),
    ):
        for twice in sorted({each for each in codes if each and codes.count(each) > 1}):
            faults.found.append(RuleViolation(f"{what} {twice} finns två gånger.", field=FIELD))
