"""What has been handed in can be found from the moment that it is: its words are written in the same transaction."""

from typing import Any

from grantportal.domain.search import looked_up_of
from grantportal.models.cases import FrozenVersion
from grantportal.models.search import SearchEntry
from grantportal.queries import search
from grantportal.transaction import Act


def look_up(act: Act, version: FrozenVersion, content: dict[str, Any]) -> None:
    """Let the case be found by the words of its newest version. The caller holds the subject's lock."""
    if version.kind not in search.SEARCHED or version.case_id is None:
        return
    entry = search.entry(version.kind, version.subject_id)
    if entry is None:
        entry = SearchEntry(kind=version.kind, subject_id=version.subject_id)
        act.session.add(entry)
    entry.case_id, entry.frozen_version_id = version.case_id, version.id
    entry.words = looked_up_of(content)
    act.session.flush()
