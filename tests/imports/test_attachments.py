"""Every prepared file gets its right verdict, and a sentence that says how to send it otherwise."""

import re
import time

import pytest

from grantportal.domain.attachments import REFUSALS, AttachmentKind, AttachmentRefusal, Refused
from grantportal.imports.attachments import inspect
from tests.imports.attachment_files import prepared

FILES = prepared()


def verdict(name: str, content: bytes) -> AttachmentKind | AttachmentRefusal:
    try:
        return inspect(name, content)
    except Refused as refused:
        return refused.refusal


def test_there_are_120_prepared_files_and_each_kind_and_each_refusal_is_among_them():
    assert len(FILES) == 120
    elsewhere = {
        AttachmentRefusal.CHILDREN,
        AttachmentRefusal.VIRUS,
        AttachmentRefusal.QUOTA,
        AttachmentRefusal.UNREADABLE,
        AttachmentRefusal.BUSY,
    }
    assert {right for _, _, right in FILES} == {*AttachmentKind, *AttachmentRefusal} - elsewhere


@pytest.mark.parametrize(
    ("name", "content", "right"), FILES, ids=[f"{name} is {right.name}" for name, _, right in FILES]
)
def test_a_prepared_file_gets_its_right_verdict(name, content, right):
    begun = time.process_time()
    assert verdict(name, content) is right
    assert time.process_time() - begun < 5, "a file that takes long is an attack too"


@pytest.mark.parametrize("refusal", AttachmentRefusal)
def test_a_refusal_is_one_sentence_that_says_how_to_send_it_otherwise(refusal):
    sentence = REFUSALS[refusal]
    assert re.fullmatch(r"[A-ZÅÄÖ][^.!?]+: [^.!?]+\.", sentence)
