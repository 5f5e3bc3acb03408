"""Forms as data: publishing a version."""

from grantportal.domain import clock, personal_numbers, report_forms
from grantportal.domain.actors import Actor
from grantportal.domain.errors import NotVisible, RuleViolation, RuleViolations
from grantportal.domain.events import EventKind
from grantportal.domain.forms import FormDefinition, fingerprint
from grantportal.domain.grants import ConditionStatus
from grantportal.models.grants import FormVersion
from grantportal.policy import Permission, require
from grantportal.queries import grants
from grantportal.transaction import transaction


def publish(actor: Actor, grant_id: int, definition: FormDefinition) -> int:
    """The officer publishes a form; from here on its questions never change, only a later version's."""
    with transaction(actor, EventKind.FORM_PUBLISHED) as act:
        if grants.get(grant_id, lock=True) is None:
            raise NotVisible
        require(act.actor, Permission.SET_UP_GRANT)
        if wrong := report_forms.faults(definition):
            raise RuleViolations([RuleViolation(each, field="text") for each in wrong])
        kind = definition.kind
        content = definition.as_json()
        personal_numbers.ensure_none({"text": content}, personal_numbers.IN_PUBLISHED)
        version = FormVersion(
            grant_id=grant_id,
            kind=kind,
            number=grants.last_number(FormVersion, FormVersion.grant_id == grant_id, FormVersion.kind == kind) + 1,
            title=definition.title,
            status=ConditionStatus.PUBLISHED,
            definition=content,
            sha256=fingerprint(content),
            published_at=clock.received(),
        )
        act.session.add(version)
        act.session.flush()
        act.about(version, kind=kind, number=version.number, sha256=version.sha256)
        return version.id
