"""Who may: the start page, cases, handlingar, file notes, messages."""

from tests.routes.access import EVERYBODY, READERS, REGION, SIGNED_IN, UNREADERS, Row
from tests.routes.access.world import World
from tests.support.casework import ApplicationFactory, RecordFactory, rendered_record


def a_case(world: World) -> dict[str, int]:
    return {"case_id": ApplicationFactory(organisation=world.region).case_id}


def a_text(world: World) -> dict[str, int]:
    return {"record_id": RecordFactory(case=ApplicationFactory(organisation=world.region).case).id}


def a_document(world: World) -> dict[str, int]:
    return {"record_id": rendered_record(ApplicationFactory(organisation=world.region)).id}


ROWS = {
    "home.show": Row(EVERYBODY),
    "notices.index": Row(SIGNED_IN),
    "cases.index": Row(SIGNED_IN),
    "cases.show": Row(REGION | READERS, thing=a_case, unseen=UNREADERS),
    "cases.reference": Row(
        {"ombud", "representant", "uppgiftssamordnare"},
        thing=a_case,
        unseen=UNREADERS,
        data={"own_reference": "RS 2020-17"},
    ),
    "file_notes.write": Row(
        {"handlaggare"},
        thing=a_case,
        unseen=UNREADERS,
        data={"occurred_on": "2020-05-04", "participants": "Ulla Exempel, ombud", "text": "Samtal om kostnaderna."},
    ),
    "records.show": Row(REGION | READERS, thing=a_text, unseen=UNREADERS),
    "records.download": Row(REGION | READERS, thing=a_document, unseen=UNREADERS),
    "records.download_case": Row(REGION | READERS, thing=a_case, unseen=UNREADERS),
}
