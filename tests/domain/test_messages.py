"""Meddelanden i ärendet: when somebody may write, and what is the same message once more."""

from datetime import UTC, datetime

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.messages import AlreadySent, Own, WriteMessage, ensure_may_write, ensure_not_sent

SENT = datetime(2020, 5, 4, 8, 30, tzinfo=UTC)


def test_messages_begin_with_the_diarienummer():
    ensure_may_write("2020-0001", None)
    with pytest.raises(RuleViolation, match="inget diarienummer än"):
        ensure_may_write(None, None)
    with pytest.raises(RuleViolation, match="inget diarienummer än"):
        ensure_may_write("", None)


def test_nobody_writes_in_a_closed_case():
    with pytest.raises(RuleViolation, match="avslutat"):
        ensure_may_write("2020-0001", SENT)


def test_the_same_text_from_the_same_page_is_the_same_message():
    with pytest.raises(AlreadySent) as before:
        ensure_not_sent(WriteMessage("Tack!", seen=4), [Own(5, "Tack!", SENT)])
    assert before.value.sent_at == SENT


@pytest.mark.parametrize("seen", [5, 6])
def test_a_page_that_has_shown_the_first_may_send_the_same_words_again(seen):
    ensure_not_sent(WriteMessage("Tack!", seen=seen), [Own(5, "Tack!", SENT)])


@pytest.mark.parametrize("seen", [4, 5, 6])
def test_nobody_says_the_same_twice_in_a_row(seen):
    """A browser that goes back may fetch the page anew: then it has shown the first."""
    with pytest.raises(AlreadySent):
        ensure_not_sent(WriteMessage("Tack!", seen=seen), [Own(5, "Tack!", SENT, is_newest=True)])


def test_another_text_from_the_same_page_is_another_message():
    ensure_not_sent(WriteMessage("Tack för svaret!", seen=4), [Own(5, "Tack!", SENT)])
