"""The matrix of expected results from an outline, checked, with every fault at its place.

The outline is written by officers, so its words are Swedish:

    inledning: "Resultaten är gemensamma."
    förbehåll:
      P1: {år: 2021, stjärna: not, text: "Förutsättningarna skiljer."}
    områden:
      - beteckning: A
        rubrik: Arbetsformer
        resultat:
          - beteckning: A1
            rubrik: Samverkan
            2021: {text: "Vad som ska ha nåtts.", förbehåll: [P1]}
            2022: {rubrik: Samverkan i vården, inledning: "Regionen har", punkter: ["gjort det ena", "gjort det andra."]}
    från 2021 till 2022:
      A1: {lydelse: ändrad, jämförbart: delvis, förbehållet upphör: ja}

A year may have a heading of its own. A part or row without a heading has none: what stands without one in the annex stays so.
Each line of a text in a block (`text: |`) is a paragraph.
"""

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
from grantportal.imports.outline import FIELD, LONGEST_PROSE, Faults, Node, load

_YEAR = re.compile(r"(?:19[89]|20[0-9])[0-9]")
_LINKS = re.compile(r"från ([0-9]{4}) till ([0-9]{4})")
MARKERS = {"rubrik": ProvisoMarker.HEADING, "not": ProvisoMarker.NOTE}
CHANGES = {"samma": LinkKind.SAME, "språk": LinkKind.EDITORIAL, "ändrad": LinkKind.SUBSTANTIVE}
LONGEST_CODE = 20
"""What everything is called by in the tables."""
COMPARABLE = {"helt": Comparability.FULL, "delvis": Comparability.PARTIAL, "inte": Comparability.NONE}


def read(text: str) -> FrameworkContent:
    """The matrix that the outline describes. Raises RuleViolations on the field `text`."""
    faults = Faults()
    top = Node(load(text, "förbehåll: eller områden:"), "", faults)
    linked = [key for key in top.values if _LINKS.fullmatch(key)]
    top.only("påhittat", "inledning", "förbehåll", "områden", *linked)
    provisos, proviso_years = _provisos(top)
    areas = tuple(_area(node, proviso_years) for node in top.children("områden", "område"))
    content = FrameworkContent(
        areas=areas,
        preamble=top.paragraphs("inledning"),
        provisos=provisos,
        links=tuple(link for key in linked for link in _links(top, key, areas)),
        is_example=top.flag("påhittat", False),
    )
    _check_codes(content, faults)
    _check_provisos(content, faults)
    faults.done()
    return content


def _provisos(top: Node) -> tuple[tuple[ProvisoContent, ...], dict[str, int | None]]:
    """The starred notes, and the year that each of them is for."""
    given = top.values.get("förbehåll", {})
    notes, years = [], {}
    for name, values in Node(given, "Förbehåll", top.faults).values.items():
        node = Node(values, f"Förbehåll {name[:20]}", top.faults)
        node.only("år", "stjärna", "text")
        if len(name) > LONGEST_CODE:
            node.fault(f"Beteckningen är för lång. Högst {LONGEST_CODE} tecken.")
        years[name] = node.whole("år", least=1990, most=2100)
        marker = node.one_of("stjärna", MARKERS) or ProvisoMarker.NOTE
        notes.append(ProvisoContent(name, marker, node.paragraphs("text", needed=True)))
    return tuple(notes), years


def _area(node: Node, proviso_years: dict[str, int | None]) -> AreaContent:
    node.only("beteckning", "rubrik", "resultat")
    return AreaContent(
        code=node.text("beteckning", needed=True, longest=LONGEST_CODE),
        title=node.text("rubrik"),
        results=tuple(_result(child, proviso_years) for child in node.children("resultat", "resultat")),
    )


def _result(node: Node, proviso_years: dict[str, int | None]) -> ResultContent:
    years = [key for key in node.values if _YEAR.fullmatch(key)]
    node.only("beteckning", "rubrik", "egen rubrik", *years)
    if not years:
        node.fault("Det behövs en ordalydelse för minst ett år, till exempel 2021:.")
    return ResultContent(
        code=node.text("beteckning", needed=True, longest=LONGEST_CODE),
        wordings=tuple(
            _wording(Node(node.values[year], f"{node.place}, {year}", node.faults), int(year), node, proviso_years)
            for year in sorted(years)
        ),
    )


def _wording(node: Node, year: int, row: Node, proviso_years: dict[str, int | None]) -> WordingContent:
    """What the row says for the year. Its heading is the row's, if the year has none of its own."""
    node.only("rubrik", "egen rubrik", "text", "inledning", "punkter", "förbehåll")
    text, bullets = node.paragraphs("text"), node.texts("punkter", longest=LONGEST_PROSE)
    lead = node.text("inledning", longest=LONGEST_PROSE)
    if bool(text) == bool(bullets):
        node.fault("Skriv antingen text eller punkter, inte båda.")
    if lead and not bullets:
        node.fault("inledning står före punkter. Skriv allt under text om det inte finns några.")
    named = node.texts("förbehåll")
    for name in dict.fromkeys(named):
        if named.count(name) > 1:
            node.fault(f"Förbehållet {name} står två gånger.")
        if name not in proviso_years:
            node.fault(f"Förbehållet {name} finns inte.")
        elif proviso_years[name] not in (None, year):
            node.fault(f"Förbehållet {name} gäller {proviso_years[name]}, inte {year}.")
    titled = node if "rubrik" in node.values else row
    title = titled.text("rubrik")
    is_ours = (node if "egen rubrik" in node.values else titled).flag("egen rubrik", False)
    if is_ours and not title:
        node.fault("egen rubrik: ja gäller en rubrik, men det finns ingen.")
    return WordingContent(
        grant_year=year,
        title=title,
        text=text,
        lead=lead,
        bullets=bullets,
        provisos=named,
        title_is_ours=is_ours,
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
        node.only("lydelse", "jämförbart", "förbehållet upphör")
        if earlier >= later or (result, earlier) not in known or (result, later) not in known:
            node.fault(f"Resultatet har inte en ordalydelse för både {earlier} och {later}.")
        kind, comparability = node.one_of("lydelse", CHANGES), node.one_of("jämförbart", COMPARABLE)
        ended = node.flag("förbehållet upphör", False)
        if kind and comparability:
            links.append(LinkContent(result, earlier, later, kind, comparability, ended))
    return links


def _check_codes(content: FrameworkContent, faults: Faults) -> None:
    """Every område and every resultat has a code of its own."""
    for what, codes in (
        ("Området", [area.code for area in content.areas]),
        ("Resultatet", [result.code for area in content.areas for result in area.results]),
    ):
        for twice in sorted({each for each in codes if each and codes.count(each) > 1}):
            faults.found.append(RuleViolation(f"{what} {twice} finns två gånger.", field=FIELD))


def _check_provisos(content: FrameworkContent, faults: Faults) -> None:
    """A förbehåll that no wording names would be shown nowhere."""
    named = {
        code for area in content.areas for result in area.results for each in result.wordings for code in each.provisos
    }
    for proviso in content.provisos:
        if proviso.code not in named:
            faults.add(f"Förbehåll {proviso.code[:20]}", "Inget resultat har förbehållet. Ange det där det gäller.")
