"""What is handed in of a report: built in one place, read on the page before the hand-in, and frozen as it was read."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grantportal.domain import frozen, reports
from grantportal.domain.actors import Role
from grantportal.domain.documents import Economy, EconomyLine, Party, Person, ReportDocument
from grantportal.domain.documents import ReportedResult as PrintedResult
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.report_forms import ATTESTED, CERTIFIED, words_of
from grantportal.domain.reports import RATING_SYMBOLS, RATING_TEXTS, Rating, ReportStatus
from grantportal.queries import portal
from grantportal.queries import reports as queries
from grantportal.queries.reports import ReportPage

_OF_THE_ACT = frozenset({"at", "late", "handed_in_by"})
"""What the hand-in itself adds: nobody has read it before."""


@dataclass(frozen=True)
class ToHandIn:
    """The content that is frozen if the report is handed in as it is."""

    content: dict[str, Any]

    @property
    def sha256(self) -> str:
        """Fingerprint of all that the ombud reads and certifies."""
        read = {name: value for name, value in self.content.items() if name not in _OF_THE_ACT}
        return fingerprint(canonical(read))

    @property
    def document(self) -> ReportDocument:
        """The document as it is restored from the frozen content."""
        return frozen.report_document(json.loads(canonical(self.content)), "")

    @property
    def symbols(self) -> dict[str, str]:
        """The symbol of each result's rating."""
        ratings = self.content["basis"]["ratings"]
        return {
            each["code"]: RATING_SYMBOLS[Rating(ratings[each["code"]])] if each["code"] in ratings else "dots"
            for each in self.content["results"]
        }


def to_hand_in(page: ReportPage, *, by: str, at: datetime) -> ToHandIn:
    """The report as `by` would hand it in at that moment. While a komplettering is open only the opened parts are new."""
    content = frozen.content_of(_document(page, by=by, at=at), **_basis(page))
    if page.status is ReportStatus.SUPPLEMENT_REQUESTED:
        content = frozen.with_locked_report_parts(content, queries.newest_content(page.id), page.opened)
    return ToHandIn(content)


def _document(page: ReportPage, *, by: str, at: datetime) -> ReportDocument:
    here = portal.installation()
    economy = page.economy
    return ReportDocument(
        authority=here.authority,
        title=f"Återrapportering för {page.grant_year}",
        grant=page.grant,
        registration_number=page.registration_number,
        party=Party(page.organisation, page.organisation_number),
        at=at,
        sha256="",
        example=here.is_demonstration,
        grant_year=page.grant_year,
        handed_in_by=Person(by, Role.OMBUD.text),
        last_day=page.due_on,
        late=reports.is_late(page.submitted_at or at, page.due_on),
        economy_attested_by=Person(page.attested_by) if page.is_attested else None,
        economy_attested_at=page.attested_at,
        economy_certified=words_of(ATTESTED, economy.beyond) if page.is_attested else (),
        economy_checksum=economy.sha256 if page.is_attested else "",
        certified=words_of(CERTIFIED, economy.beyond if page.economy_is_open else 0),
        results=tuple(
            PrintedResult(
                area=shown.area,
                code=shown.code,
                title=shown.title,
                wording=shown.wording.printed,
                rating=RATING_TEXTS[answer.rating] if answer.rating else "",
                text=answer.text,
                provisos=shown.wording.provisos,
                proviso_mattered=answer.proviso_mattered if shown.wording.provisos else None,
                proviso_text=answer.proviso_text if shown.wording.provisos else "",
                causes=answer.causes,
                measure=answer.measure,
            )
            for shown in page.results
            for answer in [reports.as_handed_in(shown.answer)]
        ),
        economy=Economy(
            lines=tuple(
                EconomyLine(
                    category=row.category,
                    budget=row.budget,
                    paid=row.paid,
                    cost=row.answer.cost or 0,
                    own_financing=row.answer.own_financing or 0,
                    charged=row.charged or 0,
                    deviation=row.deviation or 0,
                    comment=row.answer.comment,
                    beyond=row.beyond,
                )
                for row in economy.rows
            ),
            unspent=economy.unspent,
            repayable=economy.unspent,
        ),
    )


def _basis(page: ReportPage) -> dict[str, Any]:
    """What the document rests on, and the codes behind its words."""
    return {
        "report_id": page.id,
        "framework_version_id": page.framework_version_id,
        "form": {"id": page.form_id, "sha256": page.form_sha256},
        "results": {shown.code: shown.id for shown in page.results},
        "ratings": {shown.code: shown.answer.rating.value for shown in page.results if shown.answer.rating},
        "categories": [row.category_id for row in page.economy.rows],
        "economy_sha256": page.economy.sha256,
        "comment_percent": page.economy.comment_percent,
        "comment_kronor": page.economy.comment_kronor,
    }
