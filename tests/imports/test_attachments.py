"""Every prepared file gets its right verdict, and a sentence that says how to send it otherwise."""

import re
import time

import pytest

from grantportal.domain.attachments import (
    DETAILS,
    REFUSALS,
    AttachmentDetail,
    AttachmentKind,
    AttachmentRefusal,
    Refused,
    ensure_name_fits,
    ensure_size,
)
from grantportal.imports.contents import examine
from tests.imports.attachment_files import prepared

R = AttachmentRefusal
FILES = prepared()


def verdict(name: str, content: bytes) -> AttachmentKind | AttachmentRefusal:
    try:
        ensure_size(content)
        kind = examine(content).kind
        ensure_name_fits(name, kind)
        return kind
    except Refused as refused:
        return refused.refusal


def test_there_are_120_prepared_files_and_each_kind_and_each_refusal_is_among_them():
    assert len(FILES) == 120
    by_person = {R.CHILDREN, R.VIRUS, R.QUOTA, R.BUSY, R.UNREADABLE}
    assert {right for _, _, right in FILES} == {*AttachmentKind, *AttachmentRefusal} - by_person


@pytest.mark.parametrize(
    ("name", "content", "right"), FILES, ids=[f"{name} is {right.name}" for name, _, right in FILES]
)
def test_a_prepared_file_gets_its_right_verdict(name, content, right):
    begun = time.process_time()
    assert verdict(name, content) is right
    assert time.process_time() - begun < 5, "a file that takes long is an attack too"


@pytest.mark.parametrize("sentence", [*(REFUSALS[each] for each in R), *(DETAILS[each] for each in AttachmentDetail)])
def test_a_refusal_is_one_sentence_that_says_how_to_send_it_otherwise(sentence):
    assert re.fullmatch(r"[A-ZÅÄÖ][^.!?]+: [^.!?]+\.", sentence)
