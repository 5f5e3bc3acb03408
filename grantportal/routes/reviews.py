"""Uppföljning and granskning: the overview of regions × expected results × years, and the review of one report."""

from enum import StrEnum

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.base import Form
from forms.reviews import ApproveReportForm, RateResultsForm, RequestReportSupplementForm, ratings_form
from grantportal import policy, web
from grantportal.domain.reports import REPORT, ReportAction
from grantportal.exports import xlsx
from grantportal.policy import Permission
from grantportal.queries import records, reports, reviews
from grantportal.queries.reviews import ReviewPage
from grantportal.services import reviews as services

bp = Blueprint("reviews", __name__)

_PERMISSIONS: dict[StrEnum, Permission] = {
    ReportAction.REVIEW: Permission.REVIEW_REPORT,
    ReportAction.REQUEST_SUPPLEMENT: Permission.REQUEST_SUPPLEMENT,
    ReportAction.CLOSE_SUPPLEMENT: Permission.CLOSE_SUPPLEMENT,
    ReportAction.APPROVE: Permission.APPROVE_REPORT,
}


@bp.get("/uppfoljning")
def index() -> ResponseReturnValue:
    """Every report with its state, and the ratings of all regions and years."""
    policy.require(web.signed_in(), Permission.READ_CASES)
    shown = reviews.overview(web.actor(), web.asked_number("bidrag"), web.asked_number("ar"))
    if shown is None and request.args:
        # An address with a statsbidrag that is not there any more leads to what there is.
        shown = reviews.overview(web.actor())
    return render_template("reviews/index.html", shown=shown)


@bp.get("/uppfoljning/excel")
def download() -> ResponseReturnValue:
    """The overview as a workbook."""
    policy.require(web.signed_in(), Permission.READ_CASES)
    shown = web.seen(reviews.overview(web.actor(), web.asked_number("bidrag"), web.asked_number("ar")))
    years = "-".join(dict.fromkeys((str(shown.years[0]), str(shown.years[-1]))))
    return Response(
        xlsx.report_overview(reviews.for_excel(shown, example=web.is_demonstration())),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="forvantade-resultat-{years}.xlsx"'},
    )


@bp.get("/uppfoljning/<int:report_id>/<code>")
def cell(report_id: int, code: str) -> ResponseReturnValue:
    """One region's result, year beside year."""
    panel = web.seen(reviews.panel(web.signed_in(), report_id, code))
    policy.require(web.actor(), Permission.READ_CASES)
    return render_template("reviews/cell.html", panel=panel)


@bp.route("/granskning/<int:report_id>", methods=["GET", "POST"])
def show(report_id: int) -> ResponseReturnValue:
    """The report as it was handed in, with the officer's rating beside the region's; before that, what it will ask."""
    found = reviews.page(web.signed_in(), report_id)
    if found is None and request.method == "GET" and policy.may(web.actor(), Permission.READ_CASES):
        web.seen(reports.questions_page(web.actor(), report_id))
        return redirect(url_for("reports.questions", report_id=report_id), code=303)
    page = _page(report_id)
    if request.method == "POST":
        policy.require(web.actor(), Permission.REVIEW_REPORT, page)
    form = _form(page)
    if web.carried_out(form, services.rate, web.actor(), report_id):
        return web.done("Bedömningarna är sparade.", ".show", report_id=report_id)
    form.renew((each.id, each.stamp) for each in page.results)
    return _shown(page, form)


@bp.route("/granskning/<int:report_id>/komplettering", methods=["GET", "POST"])
def supplement(report_id: int) -> ResponseReturnValue:
    """The officer chooses what is opened, says why and until when."""
    page = _page(report_id)
    policy.require(web.actor(), Permission.REQUEST_SUPPLEMENT, page)
    form = RequestReportSupplementForm(page.parts)
    if web.carried_out(form, services.request_supplement, web.actor(), report_id):
        return web.done("Kompletteringen är begärd. Regionen får veta det.", ".show", report_id=report_id)
    offered = ReportAction.REQUEST_SUPPLEMENT in web.offers(page, REPORT, _PERMISSIONS)
    return render_template("reviews/supplement.html", page=page, form=form, offered=offered)


@bp.post("/granskning/<int:report_id>/stang")
def close(report_id: int) -> ResponseReturnValue:
    """The officer closes a komplettering that was not answered in time."""
    page = _page(report_id)
    policy.require(web.actor(), Permission.CLOSE_SUPPLEMENT, page)
    form = Form()
    if web.carried_out(form, services.close_supplement, web.actor(), report_id):
        message = "Kompletteringen är stängd. Återrapporteringen granskas som den är."
        return web.done(message, ".show", report_id=report_id)
    ratings = _form(page)
    ratings.form_errors = form.form_errors
    return _shown(page, ratings)


@bp.route("/granskning/<int:report_id>/godkann", methods=["GET", "POST"])
def approve(report_id: int) -> ResponseReturnValue:
    """The officer reads the ratings as they are saved, and approves the report."""
    page = _page(report_id)
    policy.require(web.actor(), Permission.APPROVE_REPORT, page)
    form = ApproveReportForm()
    if web.carried_out(form, services.approve, web.actor(), report_id):
        return web.done("Återrapporteringen är godkänd. Regionen får veta det.", ".show", report_id=report_id)
    # What is on the page now is what the next press on the button approves.
    form.seen.data = page.fingerprint
    offered = ReportAction.APPROVE in web.offers(page, REPORT, _PERMISSIONS)
    return render_template("reviews/approve.html", page=page, form=form, offered=offered)


def _page(report_id: int) -> ReviewPage:
    page: ReviewPage = web.seen(reviews.page(web.signed_in(), report_id))
    policy.require(web.actor(), Permission.READ_CASES)
    return page


def _form(page: ReviewPage) -> RateResultsForm:
    return ratings_form([(each.id, each.code, each.version, each.assessment) for each in page.results])


def _shown(page: ReviewPage, form: RateResultsForm) -> str:
    return render_template(
        "reviews/show.html",
        page=page,
        form=form,
        records=records.of_report(web.actor(), page.case_id, page.head.id),
        actions=web.offers(page, REPORT, _PERMISSIONS),
        Action=ReportAction,
        refusable=Form(),
    )
