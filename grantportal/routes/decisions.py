"""Beslut: comparing, proposing, deciding and sending."""

from enum import StrEnum

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.decisions import (
    Compared,
    DecideForm,
    DispatchForm,
    DissentForm,
    ReturnForm,
    compare_form,
    filled,
    propose_form,
)
from grantportal import policy, web
from grantportal.domain import dissents
from grantportal.domain.decisions import DECISION, DecisionAction, early_statement
from grantportal.domain.turned import turned
from grantportal.policy import Permission
from grantportal.queries import comparisons, decision_pages
from grantportal.queries.decision_pages import DecisionPage, ProposalPage
from grantportal.services import decisions as services

bp = Blueprint("decisions", __name__)

PERMISSIONS: dict[StrEnum, Permission] = {
    DecisionAction.EDIT: Permission.PROPOSE,
    DecisionAction.PROPOSE: Permission.PROPOSE,
    DecisionAction.RETURN: Permission.DECIDE,
    DecisionAction.DECIDE: Permission.DECIDE,
    DecisionAction.DISPATCH: Permission.DISPATCH_DECISION,
}


@bp.get("/beslut/")
def index() -> ResponseReturnValue:
    """What waits for a decision, what is to be sent, and what is decided; a party sees what has been sent to it."""
    lists = decision_pages.lists(web.signed_in(), web.page_number())
    return render_template(
        "decisions/index.html",
        lists=lists,
        for_party=not web.actor().is_authority,
        page_url=lambda number: url_for(".index", sida=number),
    )


@bp.route("/utlysningar/<int:call_id>/jamfor", methods=["GET", "POST"])
def compare(call_id: int) -> ResponseReturnValue:
    """A call's applications beside each other and beside the frames, a page at a time; amounts can be tried and saved."""
    policy.require(web.signed_in(), Permission.READ_CASES)
    may_propose = policy.may(web.actor(), Permission.PROPOSE)
    if request.method == "POST":
        policy.require(web.actor(), Permission.PROPOSE)
    shown = web.seen(comparisons.comparison(web.actor(), call_id))
    years = [year.year for year in shown.years]
    page = turned(shown.applications, web.page_number())
    # Whoever applied meanwhile may have moved a row to another page: what was sent is read all the same.
    here = {each.id for each in page.rows}
    rows = tuple(each for each in shown.applications if each.id in here or f"b{each.id}" in request.form)
    form = compare_form(
        [
            Compared(each.id, each.organisation, each.proposed, each.outcome, each.state, each.is_withdrawn, years)
            for each in rows
            if each.is_editable
        ]
    )
    if web.carried_out(form, services.save_totals, web.actor(), call_id):
        changed = form.result
        return web.done(
            "Förslaget är sparat." if changed else "Inget var ändrat, så inget sparades.",
            ".compare",
            call_id=call_id,
            sida=page.page,
        )
    if request.method == "POST":
        # Whoever has seen that somebody else saved may now choose to write over it.
        for each in web.seen(comparisons.comparison(web.actor(), call_id)).editable:
            if f"b{each.id}" in form:
                form[f"b{each.id}"].data = each.state
    return render_template(
        "decisions/compare.html",
        comparison=shown,
        rows=rows,
        turned=page,
        elsewhere=shown.proposed_besides(rows),
        page_url=lambda number: url_for(".compare", call_id=call_id, sida=number),
        form=form,
        may_propose=may_propose,
    )


@bp.route("/ansokningar/<int:application_id>/forslag", methods=["GET", "POST"])
def propose(application_id: int) -> ResponseReturnValue:
    """The proposal: outcome, amounts per year and kostnadsslag, reasons and villkor."""
    shown: ProposalPage = web.seen(decision_pages.proposal(web.signed_in(), application_id))
    policy.require(web.actor(), Permission.PROPOSE)
    form = propose_form(
        [year.year for year in shown.years],
        shown.categories,
        shown.colleagues,
        withdrawn=shown.is_withdrawn,
        outcome=shown.outcome.value if shown.outcome else None,
        reasons=shown.reasons,
        covers=shown.covers,
        conditions=shown.conditions,
        took_part=shown.took_part,
        participants=list(shown.participants),
        dismissal_ground=shown.dismissal_ground.value if shown.dismissal_ground else None,
        dismissal_why=shown.dismissal_why,
        based_on=shown.state,
        **filled(decision_pages.filled_in(shown)),
    )
    if "draft" in request.form:
        if web.carried_out(form, services.draft, web.actor(), application_id):
            return web.done(
                "Utkastet är sparat. Det är inte lämnat till beslut.", ".propose", application_id=application_id
            )
    elif web.carried_out(form, services.propose, web.actor(), application_id):
        return web.done("Förslaget är lämnat till beslut.", ".show", decision_id=form.result)
    if request.method == "POST":
        form.based_on.data = decision_pages.saved_state(web.actor(), application_id)
    return render_template("decisions/propose.html", proposal=shown, form=form)


@bp.get("/beslut/<int:decision_id>")
def show(decision_id: int) -> ResponseReturnValue:
    """The decision as a document, and what can be done with it."""
    return _shown("decisions/show.html", _page(decision_id))


@bp.route("/beslut/<int:decision_id>/fatta", methods=["GET", "POST"])
def decide(decision_id: int) -> ResponseReturnValue:
    """The decision-maker reads the decision as it will be sent, and decides."""
    page = _page(decision_id)
    policy.require(web.actor(), Permission.DECIDE)
    form = DecideForm(sha256=page.sha256)
    if page.early_until:
        form.before_last_day.ask(page.early_until, early_statement(page.early_until))
    if web.carried_out(form, services.decide, web.actor(), decision_id):
        return web.done("Beslutet är fattat. Nu ska det skickas till parten.", ".show", decision_id=decision_id)
    # After a refusal the page shows the proposal as it is now: that is then what is confirmed.
    form.sha256.data = page.sha256
    stops = decision_pages.before_deciding(web.actor(), decision_id)
    return _shown("decisions/decide.html", page, form=form, stops=stops)


@bp.route("/beslut/<int:decision_id>/lamna-tillbaka", methods=["GET", "POST"])
def return_(decision_id: int) -> ResponseReturnValue:
    """The decision-maker gives the proposal back and says what has to change."""
    page = _page(decision_id)
    policy.require(web.actor(), Permission.DECIDE)
    form = ReturnForm()
    if web.carried_out(form, services.return_, web.actor(), decision_id):
        return web.done("Förslaget är återlämnat till handläggaren.", ".show", decision_id=decision_id)
    return _shown("decisions/return_.html", page, form=form)


@bp.route("/beslut/<int:decision_id>/avvikande-mening", methods=["GET", "POST"])
def dissent(decision_id: int) -> ResponseReturnValue:
    """Somebody who took part has a dissent noted, until the decision is sent."""
    page = _page(decision_id)
    policy.require(web.actor(), Permission.NOTE_DISSENT)
    form = DissentForm()
    others = page.without_account if web.actor().user_id == page.proposed_by_id else ()
    form.ask(others, has_own=web.actor().user_id in page.may_dissent)
    if web.carried_out(form, services.note_dissent, web.actor(), decision_id):
        return web.done("Den avvikande meningen är antecknad.", ".show", decision_id=decision_id)
    return _shown("decisions/dissent.html", page, form=form)


@bp.route("/beslut/<int:decision_id>/skicka", methods=["GET", "POST"])
def dispatch(decision_id: int) -> ResponseReturnValue:
    """The decision is sent to its party."""
    page = _page(decision_id)
    policy.require(web.actor(), Permission.DISPATCH_DECISION)
    form = DispatchForm(seen=_newest(page))
    if web.carried_out(form, services.dispatch, web.actor(), decision_id):
        return web.done("Beslutet är skickat till parten.", ".show", decision_id=decision_id)
    # After a refusal the page tells of what has come since it was opened: that is then what has been seen.
    form.seen.data = _newest(page)
    return _shown("decisions/dispatch.html", page, form=form)


def _newest(page: DecisionPage) -> str:
    return str(max((each.record_id for each in page.came_after), default=0))


def _page(decision_id: int) -> DecisionPage:
    page: DecisionPage = web.seen(decision_pages.page(web.signed_in(), decision_id))
    return page


def _shown(template: str, page: DecisionPage, **values: object) -> str:
    offers = web.offers(page, DECISION, PERMISSIONS)
    if page.is_dispatched:
        offers -= {DecisionAction.DISPATCH}
    own = page.proposed_by_id == web.actor().user_id
    if own:
        # Two persons: the button would only be refused.
        offers -= {DecisionAction.DECIDE}
    return render_template(
        template,
        decision=page,
        document=page.document,
        offers=offers,
        is_own=own and not page.is_made,
        may_dissent=_may_dissent(page),
        for_party=not web.actor().is_authority,
        **values,
    )


def _may_dissent(page: DecisionPage) -> bool:
    actor = web.actor()
    if not dissents.is_open(page.status, is_sent=page.is_dispatched) or not policy.may(actor, Permission.NOTE_DISSENT):
        return False
    return actor.user_id in page.may_dissent
