"""What people type about who may do what in an organisation."""

from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from forms.accounts import EmailLine
from forms.base import Day, Form, Line
from grantportal.domain.accounts import LONGEST_ADDRESS, Invite
from grantportal.domain.actors import Role
from grantportal.domain.organisations import ChangeMailbox


class InviteForm(Form):
    """Bjud in en person. Roles and cases are those that the inviter may give."""

    name = Line("Namn", [InputRequired("Skriv personens namn.")], render_kw={"autocomplete": "off"})
    email = EmailLine(
        "E-postadress",
        [InputRequired("Skriv personens e-postadress.")],
        longest=LONGEST_ADDRESS,
        render_kw={"inputmode": "email", "spellcheck": "false", "autocomplete": "off"},
    )
    role = RadioField("Behörighet", [InputRequired("Välj en behörighet.")])
    case = SelectField("Vilka ärenden gäller den?", validate_choice=True)
    valid_from = Day("Första dagen", missing="Skriv första dagen.")
    valid_to = Day("Sista dagen", description="Lämna tomt om behörigheten gäller tills vidare.")

    def command(self) -> Invite:
        return Invite(
            name=self.name.data or "",
            email=self.email.data or "",
            role=Role(self.role.data),
            case_id=int(self.case.data) if self.case.data else None,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
        )


class MailboxForm(Form):
    """Gemensam e-postlåda."""

    mailbox = EmailLine(
        "Gemensam e-postlåda",
        longest=LONGEST_ADDRESS,
        description="Den får en kopia av varje brev om era ärenden. Lämna tomt om ni inte vill ha någon.",
        render_kw={"inputmode": "email", "spellcheck": "false"},
    )

    def command(self) -> ChangeMailbox:
        return ChangeMailbox(self.mailbox.data or "")
