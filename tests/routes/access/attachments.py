"""Who may: bilagor of a draft."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.attachments import AddAttachment, AttachmentKind
from grantportal.domain.forms import Question, QuestionType, Section
from grantportal.effects.files import place
from grantportal.queries import accounts, applications, calls
from grantportal.services import attachments
from tests.imports.attachment_files import pdf
from tests.routes.access import REGION, Row
from tests.routes.access.applications import AUTHORITY_AND_OUTSIDE, NUMBERS, WRITERS
from tests.routes.access.world import World
from tests.support import run
from tests.support.applications import DEFINITION, IN_TIME, begin
from tests.support.calls import ANNOUNCED, WRITTEN, make_call, make_grant, played_at

FILES = Section("bilagor", "Bilagor", "Till sist", (Question(10, QuestionType.ATTACHMENT, "Bifoga intyg"),))


def a_question(world: World) -> Mapping[str, Any]:
    """A question of a draft that asks for a file."""
    who = accounts.actor_of(world.users["handlaggare"].id)
    with played_at(ANNOUNCED):
        grant_id = make_grant(who, written=replace(WRITTEN, title=f"Statsbidrag med bilaga {next(NUMBERS)}"))
        form = replace(DEFINITION, sections=(*DEFINITION.sections, FILES))
        call_id = make_call(who, grant_id, form=form)
        db.close_read_session()
        call = calls.get(who, call_id)
    application = begin(accounts.actor_of(world.users["ombud"].id), call)
    number = application.id
    db.close_read_session()
    return {"application_id": number, "number": 10}


def a_file(world: World) -> Mapping[str, Any]:
    """A file in the draft."""
    made = a_question(world)
    ombud = accounts.actor_of(world.users["ombud"].id)
    folder = run.folder() / f"instance-{run.worker()}" / "files"
    with clock.at(IN_TIME):
        attachments.add(
            ombud,
            made["application_id"],
            10,
            AddAttachment("Intyg.pdf", AttachmentKind.PDF),
            place(folder, pdf()),
            room_mb=1,
            scan=False,
        )
    db.close_read_session()
    (file,) = applications.draft(ombud, made["application_id"])["q10"].text.split('"id":')[1:]
    db.close_read_session()
    return {**made, "file_id": int(file.split(",")[0])}


ROWS = {
    "attachments.add": Row(
        WRITERS,
        thing=a_question,
        unseen=AUTHORITY_AND_OUTSIDE,
        data={"about_children": "nej"},
    ),
    "attachments.remove": Row(WRITERS, thing=a_file, unseen=AUTHORITY_AND_OUTSIDE),
    "attachments.download": Row(REGION, thing=a_file, unseen=AUTHORITY_AND_OUTSIDE),
}
