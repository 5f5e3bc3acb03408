"""The matrix of expected results: publishing a version."""

from dataclasses import asdict

from grantportal.domain import clock, personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.forms import canonical
from grantportal.domain.frameworks import FrameworkContent, FrameworkStatus
from grantportal.models.frameworks import (
    ExpectedResult,
    FrameworkVersion,
    Proviso,
    ProvisoWording,
    ResultArea,
    Wording,
    WordingLink,
)
from grantportal.policy import Permission, require
from grantportal.queries import frameworks, grants
from grantportal.transaction import Act, transaction


def publish(actor: Actor, grant_id: int, content: FrameworkContent) -> int:
    """The officer publishes a version of the matrix. Rows keep who they are by their code; their wording is the version's."""
    with transaction(actor, EventKind.FRAMEWORK_PUBLISHED) as act:
        if grants.get(grant_id, lock=True) is None:
            raise NotVisible
        require(act.actor, Permission.SET_UP_GRANT)
        personal_numbers.ensure_none({"text": canonical(asdict(content))}, personal_numbers.IN_PUBLISHED)
        version = FrameworkVersion(
            grant_id=grant_id,
            number=grants.last_number(FrameworkVersion, FrameworkVersion.grant_id == grant_id) + 1,
            preamble=content.preamble,
            is_example=content.is_example,
        )
        act.session.add(version)
        act.session.flush()
        provisos = {
            proviso.code: Proviso(
                framework_version_id=version.id, code=proviso.code, marker=proviso.marker, text=proviso.text
            )
            for proviso in content.provisos
        }
        act.session.add_all(provisos.values())
        act.session.flush()
        wordings = _add_wordings(act, version, content, provisos)
        act.session.flush()
        for link in content.links:
            act.session.add(
                WordingLink(
                    earlier_id=wordings[link.result_code, link.earlier].id,
                    later_id=wordings[link.result_code, link.later].id,
                    kind=link.kind,
                    comparability=link.comparability,
                    proviso_ended=link.proviso_ended,
                )
            )
        # Written whole as a draft first: nothing can be added to what is published.
        act.session.flush()
        version.status = FrameworkStatus.PUBLISHED
        version.published_at = clock.received()
        act.about(version, number=version.number, years=list(content.years), wordings=len(wordings))
        return version.id


def _add_wordings(
    act: Act, version: FrameworkVersion, content: FrameworkContent, provisos: dict[str, Proviso]
) -> dict[tuple[str, int], Wording]:
    results = _rows(act, version.grant_id, content)
    wordings = {}
    for area in content.areas:
        for result in area.results:
            for said in result.wordings:
                wording = Wording(
                    framework_version_id=version.id,
                    expected_result_id=results[result.code].id,
                    grant_year=said.grant_year,
                    title=said.title,
                    title_is_ours=said.title_is_ours,
                    text=said.text,
                    lead=said.lead,
                    bullets="\n".join(said.bullets),
                    is_example=content.is_example,
                )
                act.session.add(wording)
                act.session.flush()
                act.session.add_all(
                    ProvisoWording(proviso_id=provisos[code].id, wording_id=wording.id) for code in said.provisos
                )
                wordings[result.code, said.grant_year] = wording
    return wordings


def _rows(act: Act, grant_id: int, content: FrameworkContent) -> dict[str, ExpectedResult]:
    """The rows that the content speaks of: those that the statsbidrag has, and new ones."""
    areas = {area.code: area for area in frameworks.areas(grant_id)}
    results = {result.code: result for result in frameworks.results(grant_id)}
    for wanted in content.areas:
        area = areas.get(wanted.code)
        if area is None:
            area = ResultArea(grant_id=grant_id, code=wanted.code, title=wanted.title)
            act.session.add(area)
            act.session.flush()
        elif area.title != wanted.title:
            # Its title stands over earlier years too, also where they have been reported.
            raise RuleViolation(
                f"Området {area.code} heter redan «{area.title}». Ge ett nytt område en egen beteckning.", field="text"
            )
        for result in wanted.results:
            row = results.get(result.code)
            if row is None:
                results[result.code] = row = ExpectedResult(grant_id=grant_id, area_id=area.id, code=result.code)
                act.session.add(row)
            elif row.area_id != area.id:
                raise RuleViolation(
                    f"Resultatet {row.code} hör redan till ett annat område. Ge det nya en egen beteckning.",
                    field="text",
                )
    act.session.flush()
    return results
