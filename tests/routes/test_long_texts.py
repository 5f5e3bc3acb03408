"""What is far longer than its field is refused unread, and what is read of it is not taken for the whole."""

import pytest
from wtforms import Form

from forms.answers import LONGEST_NUMBER, Kronor
from forms.base import Amount, Line, Paragraphs
from grantportal.domain.texts import LONGEST


class Fields(Form):
    """One field of each way of reading."""

    line = Line("Rad", longest=20)
    text = Paragraphs("Text", longest=LONGEST)
    amount = Amount("Belopp")
    kronor = Kronor("Kronor")


class Posted(dict):
    """What a browser sends."""

    def getlist(self, name):
        return [self[name]]


READ = {"line": 4 * 20, "text": 4 * LONGEST, "amount": 800, "kronor": 4 * LONGEST_NUMBER}
"""So many signs of each field are read."""


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("line", "högst 20 tecken"),
        ("text", "högst 100\u00a0000 tecken"),
        ("amount", "högst 200 tecken"),
        ("kronor", "högst 200 tecken"),
    ],
)
def test_what_is_cut_is_refused(field, said):
    whole = Fields(Posted({field: "7".rjust(READ[field])}))
    assert whole.validate(), whole.errors
    assert str(whole[field].data) == "7"

    cut = Fields(Posted({field: "7".rjust(READ[field]) + "8"}))
    assert not cut.validate()
    assert said in " ".join(cut[field].errors)
