"""Start: what waits for the reader; for everybody else, what the portal is."""

from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from grantportal import web
from grantportal.domain import clock
from grantportal.domain.case_lists import Asked
from grantportal.queries import calls, case_lists, home, notices

bp = Blueprint("home", __name__)

CASES = 10
NOTICES = 5


@dataclass(frozen=True)
class Todo:
    """One line of the list, with its address."""

    title: str
    url: str
    day_text: str
    when_text: str
    tone: str
    text: str
    status: tuple[str, str, str]
    action: tuple[str, str] | None


def _todo(waiting: home.Waiting) -> Todo:
    url = url_for(waiting.endpoint, **waiting.values)
    return Todo(
        title=waiting.title,
        url=url,
        day_text=waiting.day_text,
        when_text=waiting.when_text,
        tone=waiting.tone,
        text=waiting.text,
        status=waiting.status,
        action=(waiting.action, url) if waiting.action else None,
    )


@bp.get("/")
def show() -> ResponseReturnValue:
    """The start page."""
    who = web.actor()
    if who.user_id is None:
        return render_template("home/_public.html", calls=calls.listed(who))
    start = home.start(who)
    return render_template(
        "home/show.html",
        todos=[_todo(each) for each in start.waiting if each.endpoint in current_app.view_functions],
        dates=start.dates,
        cases=None if who.is_authority else case_lists.listed(who, Asked(), size=CASES),
        notices=notices.latest(who, NOTICES),
        today=clock.weekday_text(clock.today()),
        is_authority=who.is_authority,
        has_organisation=bool(who.mandates),
    )
