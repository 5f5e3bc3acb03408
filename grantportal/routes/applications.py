"""Ansökan: begin, write section by section, check, hand in, read what was handed in, withdraw."""

from collections.abc import Callable
from enum import StrEnum
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from forms import answers as forms
from forms.applications import StartApplicationForm
from forms.base import CHOICE, Form
from forms.hand_ins import HandInForm
from grantportal import policy, web, worker
from grantportal.domain import answers, clock, personal_numbers
from grantportal.domain.answers import Saved
from grantportal.domain.applications import APPLICATION, TASK_LABELS, ApplicationAction, ApplicationStatus
from grantportal.domain.errors import NotVisible
from grantportal.policy import Permission
from grantportal.queries import applications, earlier_answers, version_differences
from grantportal.queries.applications import OwnPage, SectionPage
from grantportal.services import applications as services
from grantportal.web import actor, carried_out, done, offers, seen, signed_in

bp = Blueprint("applications", __name__, url_prefix="/ansokningar")

_PERMISSIONS: dict[StrEnum, Permission] = {
    ApplicationAction.EDIT: Permission.FILL_AND_CHANGE,
    ApplicationAction.SUBMIT: Permission.SUBMIT_CASE,
    ApplicationAction.ANSWER_SUPPLEMENT: Permission.SUBMIT_CASE,
    ApplicationAction.WITHDRAW: Permission.WITHDRAW_APPLICATION,
    ApplicationAction.REQUEST_SUPPLEMENT: Permission.REQUEST_SUPPLEMENT,
}


def _offers(page: Any) -> frozenset[Any]:
    return offers(page, APPLICATION, _PERMISSIONS)


@bp.route("/ny/<int:call_id>", methods=["GET", "POST"])
def start(call_id: int) -> ResponseReturnValue:
    """Ask which verksamhet applies, and begin."""
    who = signed_in()
    page = seen(applications.start_page(who, call_id))
    if not page.organisations:
        policy.require(who, Permission.START_CASE)
        raise NotVisible
    form = StartApplicationForm(page.organisations)
    if carried_out(form, services.start, who, call_id):
        return redirect(url_for(".show", application_id=form.result), code=303)
    return render_template("applications/start.html", page=page, form=form)


@bp.get("/<int:application_id>")
def show(application_id: int) -> ResponseReturnValue:
    """The task list while it is written; afterwards its state and what was handed in."""
    who = signed_in()
    page = applications.own_page(who, application_id)
    if page is None:
        seen(applications.version_page(who, application_id))
        return redirect(url_for(".version", application_id=application_id))
    return render_template(
        "applications/show.html", page=page, actions=_offers(page), labels=TASK_LABELS, Action=ApplicationAction
    )


# --- Writing -------------------------------------------------------------------------------------------------------


def _section(application_id: int, key: str) -> SectionPage:
    who = signed_in()
    page = applications.section_page(who, application_id, key)
    if page is None:
        # An officer sees that the application exists once it is handed in, but never its draft.
        seen(applications.get(who, application_id))
        abort(404 if applications.own(who, application_id) else 403)
    policy.require(who, Permission.FILL_AND_CHANGE, page)
    return page


def _form(page: SectionPage, **rows: Any) -> forms.AnswerForm:
    own = {question.number for question in page.section.questions}
    return forms.build(
        page.definition,
        page.draft,
        open_questions=page.open_questions | (forms.posted_questions() & own),
        around=page.around,
        opened=page.opened if page.supplement else None,
        notes=page.notes,
        **rows,
    )


def section_url(application_id: int) -> Callable[[str, str], str]:
    """Where a field of a section is: what lists of mistakes and answers link to."""
    return lambda key, field: url_for(
        "applications.section", application_id=application_id, key=key, _anchor=field or None
    )


@bp.route("/<int:application_id>/avsnitt/<key>", methods=["GET", "POST"])
def section(application_id: int, key: str) -> ResponseReturnValue:
    """Write in one section and save it."""
    page = _section(application_id, key)
    if request.method == "GET" and not (page.is_open and page.asked):
        return redirect(url_for(".show", application_id=application_id))
    asked_rows = int("lagg-till" in request.values)
    form = _form(page, more_rows=asked_rows, without_row=request.form.get("ta-bort", ""))
    clashes: dict[str, Any] = {}
    is_left = False
    saved_at = clock.saved_text(page.saved_at)
    if carried_out(form, services.save_section, actor(), application_id, key):
        saved: Saved = form.result
        form.warn(saved.warned)
        form.refuse(saved.locked)
        if not form.mistakes() and not saved.clashes:
            return _onwards(page, form)
        form.offer(saved.offered)
        form.restamp(saved.stamps)
        clashes = {clash.field: clash for clash in saved.clashes}
        is_left = True
        saved_at = clock.time_text(clock.now())
    return (
        render_template(
            "applications/section.html",
            page=page,
            form=form,
            earlier=earlier_answers.beside(actor(), page, web.asked_number(EARLIER)) if page.is_open else None,
            clashes=clashes,
            offered=form.result.offered if form.result else {},
            saved_at=saved_at,
            is_left=is_left,
            typed=request.method == "POST",
        ),
        422 if request.method == "POST" else 200,
    )


EARLIER = "fran"
"""In the address of a section: the earlier application whose answers stand beside the questions."""


def _onwards(page: SectionPage, form: forms.AnswerForm) -> ResponseReturnValue:
    """Where the pressed button leads. What the answers have brought forth is shown first, where no script has done it."""
    beside: dict[str, Any] = {EARLIER: web.asked_number(EARLIER)}
    if "visa" in request.form:
        beside = {EARLIER: request.form.get(f"{CHOICE}{EARLIER}")}
    here = url_for(".section", application_id=page.head.id, key=page.section.key, **beside)
    asked = request.form.get("bilaga", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 6:
        return redirect(url_for("attachments.add", application_id=page.head.id, number=int(asked)), code=303)
    if "lagg-till" in request.form:
        added: dict[str, Any] = {**beside, "lagg-till": 1}
        here = url_for(".section", application_id=page.head.id, key=page.section.key, _anchor="personal", **added)
        return redirect(here, code=303)
    if "ta-bort" in request.form:
        return redirect(f"{here}#personal", code=303)
    if forms.FETCH in request.form:
        return redirect(f"{here}#tidigare-{request.form[forms.FETCH].partition('.')[0]}", code=303)
    if "visa" in request.form:
        return redirect(here, code=303)
    more = [question for question in form.unanswered() if question.number not in page.asked]
    if more:
        field = answers.field_id(page.definition, more[0].field)
        flash(f"{page.section.title} är sparat. Svara också på: {', '.join(each.label for each in more)}", "note")
        return redirect(f"{here}#{field}", code=303)
    if "fortsatt" in request.form and page.next_key:
        following = url_for(".section", application_id=page.head.id, key=page.next_key, **beside)
        return redirect(following, code=303)
    return done(f"{page.section.title} är sparat.", ".show", application_id=page.head.id)


@bp.route("/<int:application_id>/avsnitt/<key>/autospara", methods=["GET", "POST"])
def autosave(application_id: int, key: str) -> ResponseReturnValue:
    """The same save, asked for by the page while the person writes; by GET, who else has the page open."""
    page = _section(application_id, key)
    if request.method == "GET":
        return web.standing(f"application:{application_id}:{key}")
    form = _form(page)
    if not carried_out(form, services.save_section, actor(), application_id, key):
        return web.not_saved(form)
    saved: Saved = form.result
    # Until the button has been pressed, the page does not ask for the reason.
    unasked = {} if "reason" in request.form else {personal_numbers.IN_APPLICATION: personal_numbers.IN_DRAFT}
    form.warn({key: unasked.get(sentence, sentence) for key, sentence in saved.warned.items()})
    form.refuse(saved.locked)
    clashing = {clash.field for clash in saved.clashes}
    stamps = {each: stamp for each, stamp in saved.stamps.items() if each not in clashing}
    return web.saved(forms.seen_fields(stamps), form.mistakes(), saved.clashes)


# --- Handing in ----------------------------------------------------------------------------------------------------


def _own(application_id: int, *, anew: bool = False) -> OwnPage:
    who = signed_in()
    page = (applications.own_page_anew if anew else applications.own_page)(who, application_id)
    if page is None:
        seen(applications.get(who, application_id))
        abort(403)
    return page


def _check(page: OwnPage, form: HandInForm) -> str:
    form.show(page.sha256, {problem.message for problem in page.problems})
    return render_template(
        "applications/check.html",
        page=page,
        form=form,
        actions=_offers(page),
        Action=ApplicationAction,
        section_url=section_url(page.head.id),
    )


@bp.get("/<int:application_id>/kontrollera")
def check(application_id: int) -> ResponseReturnValue:
    """Kontrollera era svar: everything that will be handed in, and what is left to put right."""
    page = _own(application_id)
    if page.status is not ApplicationStatus.DRAFT:
        return redirect(url_for(".show", application_id=application_id))
    return _check(page, HandInForm())


@bp.post("/<int:application_id>/skicka-in")
def submit(application_id: int) -> ResponseReturnValue:
    """Hand in: by ombud or representant."""
    page = _own(application_id)
    policy.require(actor(), Permission.SUBMIT_CASE, page)
    form = HandInForm()
    if carried_out(form, services.submit, actor(), application_id):
        return redirect(url_for(".receipt", application_id=application_id), code=303)
    page = _own(application_id, anew=True)
    if page.status is not ApplicationStatus.DRAFT:
        flash("Ansökan är redan inskickad. Inget har ändrats.", "note")
        return redirect(url_for(".show", application_id=application_id), code=303)
    return _check(page, form)


@bp.get("/<int:application_id>/kvitto")
def receipt(application_id: int) -> ResponseReturnValue:
    """Kvitto: that it was received, when, and under which number."""
    page = seen(applications.version_page(signed_in(), application_id))
    return render_template("applications/receipt.html", page=page)


@bp.route("/<int:application_id>/aterkalla", methods=["GET", "POST"])
def withdraw(application_id: int) -> ResponseReturnValue:
    """Återkalla: by the ombud, after a page that says what follows."""
    page = _own(application_id)
    policy.require(actor(), Permission.WITHDRAW_APPLICATION, page)
    form = Form()
    if carried_out(form, services.withdraw, actor(), application_id):
        return done("Ansökan är återkallad.", ".show", application_id=application_id)
    return render_template(
        "applications/withdraw.html", page=page, form=form, actions=_offers(page), Action=ApplicationAction
    )


# --- What was handed in --------------------------------------------------------------------------------------------


@bp.get("/<int:application_id>/version", defaults={"number": None})
@bp.get("/<int:application_id>/version/<int:number>")
def version(application_id: int, number: int | None) -> ResponseReturnValue:
    """A frozen version as a page: both sides read the same."""
    page = seen(applications.version_page(signed_in(), application_id, number))
    return render_template(
        "applications/version.html",
        page=page,
        actions=_offers(page.head),
        Action=ApplicationAction,
        ask_url=lambda part: url_for(
            "supplements.request", application_id=application_id, **{"del": part}, _anchor=f"del-{part}"
        ),
    )


@bp.get("/<int:application_id>/jamfor")
def compare(application_id: int) -> ResponseReturnValue:
    """What differs between two frozen versions: both sides read the same."""
    chosen = (web.asked_number("fran"), web.asked_number("till"))
    page = seen(version_differences.compare_page(signed_in(), application_id, *chosen))
    return render_template("applications/compare.html", page=page)


@bp.get("/<int:application_id>/version/<int:number>/pdf")
def pdf(application_id: int, number: int) -> ResponseReturnValue:
    """The same as a document: stored once, and rendered now if the worker has not come to it."""
    page = seen(applications.version_page(signed_in(), application_id, number))
    name, media_type, content = seen(
        worker.document(current_app.config["PORTAL"], page.record_id, actor()) if page.record_id else None
    )
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
