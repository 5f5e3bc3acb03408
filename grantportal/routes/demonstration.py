"""The demonstration's own pages: choose a person, move the day, begin anew, read the mail. Elsewhere they do not exist."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from forms.base import Form
from forms.demonstration import MoveDayForm, PersonForm
from grantportal import demonstration
from grantportal.domain import clock
from grantportal.domain.errors import NotVisible
from grantportal.imports import mail as imports
from grantportal.queries import accounts
from grantportal.routes.accounts import go_on, visitor
from grantportal.services import accounts as account_services
from grantportal.services import demonstration as services
from grantportal.settings import Settings
from grantportal.web import carried_out, done, portal_settings, stand_aside

bp = Blueprint("demonstration", __name__, url_prefix="/demonstration")


@bp.before_request
def only_in_the_demonstration() -> None:
    """A real installation has none of this."""
    if not portal_settings().demonstration:
        raise NotVisible


@bp.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Who can sign in, and which day it is. Posted, because it may be long, comes what was typed before signing in."""
    return _page(MoveDayForm(formdata=None), PersonForm(next=request.args.get("next")))


@bp.post("/logga-in")
def sign_in() -> ResponseReturnValue:
    """One click signs in as one of the demonstration's persons."""
    form = PersonForm()
    if carried_out(form, account_services.open_example_session, visitor(), portal_settings().session_hours):
        return go_on(account_services.Opened(form.result, awaits_code=False), form.next.data, form.kept.data)
    return _page(MoveDayForm(formdata=None), form, form)


@bp.post("/dag")
def move_day() -> ResponseReturnValue:
    """Moves the day forward."""
    form = MoveDayForm()
    if carried_out(form, services.move_day):
        return done(f"Dagen är nu {clock.weekday_text(form.result)}.", ".show")
    return _page(form, PersonForm(formdata=None), form)


@bp.route("/borja-om", methods=["GET", "POST"])
def restart() -> ResponseReturnValue:
    """Everything that visitors have done goes, and the story is played again."""
    form = Form()
    if carried_out(form, _restart, portal_settings()):
        return done("Demonstrationen är som från början.", ".show")
    return render_template("demonstration/restart.html", form=form)


def _restart(settings: Settings) -> None:
    stand_aside()
    demonstration.restart(settings)


@bp.get("/post")
def mail() -> ResponseReturnValue:
    """What has been sent as mail: written to a folder, and read here."""
    return render_template("demonstration/mail.html", messages=imports.messages(portal_settings().mail))


def _page(day: MoveDayForm, person: PersonForm, refused: Form | None = None) -> str:
    groups: dict[str, list[accounts.PersonListed]] = {}
    for one in sorted(accounts.everybody(only_examples=True), key=lambda one: one.user_id):
        groups.setdefault(one.organisation, []).append(one)
    shown = {"form": refused} if refused is not None else {}
    return render_template(
        "demonstration/show.html",
        groups=groups.items(),
        day=day,
        person_form=person,
        today=clock.weekday_text(clock.today()),
        **shown,
    )
