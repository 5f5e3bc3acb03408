"""What the texts say of the portal is what the code says: diagrams, settings, rights, and the words on its buttons."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from grantportal.domain.actors import ROLE_TEXTS, Role
from grantportal.domain.applications import APPLICATION
from grantportal.domain.calls import CALL
from grantportal.domain.decisions import DECISION
from grantportal.domain.payments import PAYMENT
from grantportal.domain.reports import REPORT
from grantportal.domain.supplements import SUPPLEMENT
from grantportal.policy import PARTY_RIGHTS, WHO_MAY, Permission
from grantportal.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

LIFECYCLES = {
    "Call": CALL,
    "Application": APPLICATION,
    "Supplement": SUPPLEMENT,
    "Decision": DECISION,
    "Payment": PAYMENT,
    "Report": REPORT,
}
P = Permission
ACTS = {
    "region.md": {act: [permission] for act, permission in PARTY_RIGHTS.items()},
    "handlaggare.md": {
        "Läsa inskickade ärenden": [P.READ_CASES],
        "Fördela ärende": [P.ASSIGN_CASE],
        "Läsa utbetalningar och underlag": [P.READ_PAYMENTS],
        "Lägga upp och ändra statsbidrag": [P.SET_UP_GRANT],
        "Skriva och publicera utlysning": [P.CREATE_CALL, P.PUBLISH_CALL],
        "Ange årets medel som tilldelade": [P.ALLOT_FRAME],
        "Begära, förlänga och stänga komplettering": [P.REQUEST_SUPPLEMENT, P.EXTEND_TIME, P.CLOSE_SUPPLEMENT],
        "Skriva meddelanden till parten": [P.WRITE_MESSAGE],
        "Skriva tjänsteanteckning": [P.FILE_NOTE],
        "Kommunicera": [P.COMMUNICATE],
        "Godkänna ombud, fråga efter mer och avsluta": [P.APPROVE_OMBUD],
        "Föreslå beslut": [P.PROPOSE],
        "Fatta beslut eller lämna tillbaka förslaget": [P.DECIDE],
        "Skicka beslutet": [P.DISPATCH_DECISION],
        "Granska och godkänna återrapportering": [P.REVIEW_REPORT, P.APPROVE_REPORT],
    },
}
"""Each line of the tables of rights, and the permissions that it tells about."""


def text(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def rows(written: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, without the line below its head."""
    after = written.partition(f"\n{heading}\n")[2]
    table = re.search(r"(?:^\|.*\|\n)+", after, re.MULTILINE)
    assert table, heading
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.group().splitlines()]
    return [lines[0], *lines[2:]]


@pytest.mark.parametrize("name", LIFECYCLES)
def test_the_diagrams_are_the_ones_that_the_code_prints(name):
    assert f"### {name}\n\n```mermaid\n{LIFECYCLES[name].diagram()}\n```\n" in text("developer.md")


def test_every_setting_is_told_with_its_default():
    def shown(default: object) -> str:
        return {True: "yes", False: "no"}[default] if isinstance(default, bool) else str(default)

    _, instance, *others = rows(text("operator.md"), "## Settings")
    assert instance[0] == "`instance`"
    assert [each[:2] for each in others] == [
        [f"`{each.name}`", shown(each.default)] for each in fields(Settings) if each.name != "instance"
    ]


@pytest.mark.parametrize("name", ACTS)
def test_the_tables_of_rights_are_the_policys(name):
    (_, *roles), *lines = rows(text(name), "## Vem får göra vad")
    applicants = name == "region.md"
    # Two roles are called ekonom, one on each side.
    keys = {said: role for role, said in ROLE_TEXTS.items() if role not in {Role.FINANCE, Role.APPLICANT_ECONOMIST}}
    keys["ekonom"] = Role.APPLICANT_ECONOMIST if applicants else Role.FINANCE

    assert [act for act, *_ in lines] == list(ACTS[name])
    for act, *cells in lines:
        for permission in ACTS[name][act]:
            told = {keys[role] for role, cell in zip(roles, cells, strict=True) if cell == "ja"}
            assert told == WHO_MAY[permission] & {keys[role] for role in roles}, act


def test_every_word_in_bold_is_on_the_screen():
    """A guide that names a button that is not there sends its reader looking."""
    sources = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("forms/*.py"), *ROOT.glob("grantportal/**/*.py")]
    sources += ROOT.glob("grantportal/static/*.js")
    screen = "\n".join(path.read_text("utf-8") for path in sources)
    missing = [
        f"{name}: {label}"
        for name in ("region.md", "handlaggare.md", "ekonomi.md")
        for label in (" ".join(found.split()) for found in re.findall(r"\*\*(.+?)\*\*", text(name), re.DOTALL))
        if label not in screen and label != "fetstil"
    ]
    assert not missing
