"""Who may: the start page, cases, handlingar, file notes, messages."""

from grantportal.domain import clock
from grantportal.models.portal import Notice
from grantportal.models.saved_views import SavedView
from tests.routes.access import EVERYBODY, READERS, REGION, SIGNED_IN, UNREADERS, Row
from tests.routes.access.world import World
from tests.support.casework import ApplicationFactory, RecordFactory, rendered_record
from tests.support.remembered import Numbers
from tests.support.rows import saved


def a_case(world: World) -> dict[str, int]:
    return {"case_id": ApplicationFactory(organisation=world.region).case_id}


def a_text(world: World) -> dict[str, int]:
    return {"record_id": RecordFactory(case=ApplicationFactory(organisation=world.region).case).id}


def a_document(world: World) -> dict[str, int]:
    return {"record_id": rendered_record(ApplicationFactory(organisation=world.region)).id}


def a_notice(world: World) -> dict[str, int]:
    """The ombud's own."""
    case = ApplicationFactory(organisation=world.region).case
    told = Notice(
        user_id=world.users["ombud"].id,
        organisation_id=world.region.id,
        case_id=case.id,
        title="Nytt",
        text="Läs.",
        made_at=clock.now(),
    )
    return {"notice_id": saved(told).id}


def ombuds_view(world: World) -> dict[str, int]:
    number = next(_numbers)
    owner = world.users["ombud"].id
    made = SavedView(user_id=owner, name=f"Vy {number}", name_key=f"vy {number}", query="sok=x")
    return {"view_id": saved(made).id}


_numbers = Numbers()
NOT_THE_OMBUD = SIGNED_IN - {"ombud"}
"""A view is one person's own."""

ROWS = {
    "home.show": Row(EVERYBODY),
    "notices.index": Row(SIGNED_IN),
    "notices.show": Row({"ombud"}, thing=a_notice, unseen=SIGNED_IN - {"ombud"}),
    "notices.read": Row({"ombud"}, thing=a_notice, unseen=SIGNED_IN - {"ombud"}),
    "notices.read_all": Row(SIGNED_IN, data={"newest": "1"}),
    "messages.thread": Row(
        {"ombud", "representant", "uppgiftssamordnare", "handlaggare"},
        thing=a_case,
        reads=REGION | READERS,
        unseen=UNREADERS,
        data={"text": "Hur räknas resor?"},
    ),
    "cases.index": Row(SIGNED_IN),
    "cases.show": Row(REGION | READERS, thing=a_case, unseen=UNREADERS),
    "cases.reference": Row(
        {"ombud", "representant", "uppgiftssamordnare"},
        thing=a_case,
        unseen=UNREADERS,
        data={"own_reference": "RS 2020-17"},
    ),
    "cases.mark_all_read": Row(SIGNED_IN),
    "cases.assign": Row(
        {"enhetschef"},
        thing=a_case,
        unseen=UNREADERS,
        data=lambda world, own: {"handler": world.users["handlaggare"].id},
    ),
    "cases.assign_many": Row(
        {"enhetschef"},
        data=lambda world, own: {"handler": world.users["handlaggare"].id, "arende": a_case(world)["case_id"]},
    ),
    "saved_views.index": Row(SIGNED_IN),
    "saved_views.save": Row(SIGNED_IN, data={"name": "Mina", "query": "sok=x"}),
    "saved_views.rename": Row({"ombud"}, thing=ombuds_view, unseen=NOT_THE_OMBUD, data={"name": "Våra"}),
    "saved_views.delete": Row({"ombud"}, thing=ombuds_view, unseen=NOT_THE_OMBUD),
    "saved_views.start": Row({"ombud"}, thing=ombuds_view, unseen=NOT_THE_OMBUD),
    "file_notes.write": Row(
        {"handlaggare"},
        thing=a_case,
        unseen=UNREADERS,
        data={
            "contact": "phone",
            "occurred_on": "2020-05-04",
            "participants": "Ulla Exempel, ombud",
            "text": "Samtal om kostnaderna.",
        },
    ),
    "records.show": Row(REGION | READERS, thing=a_text, unseen=UNREADERS),
    "records.download": Row(REGION | READERS, thing=a_document, unseen=UNREADERS),
    "records.download_case": Row(REGION | READERS, thing=a_case, unseen=UNREADERS),
}
