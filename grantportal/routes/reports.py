"""Återrapporteringar: the region's own side, and what both sides read once it is handed in."""

from functools import partial
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.reports import AttestForm, EconomyForm, ResultForm, SubmitForm, economy_form
from grantportal import policy, web, worker
from grantportal.domain import clock
from grantportal.domain import reports as rules
from grantportal.domain.errors import NoRight, NotVisible
from grantportal.domain.frameworks import headed
from grantportal.policy import Permission
from grantportal.queries import records, reports, reviews, version_differences
from grantportal.queries.report_hand_ins import to_hand_in
from grantportal.queries.reports import ReportPage, ResultShown
from grantportal.services import reports as services

bp = Blueprint("reports", __name__, url_prefix="/aterrapporteringar")

SENDING = "sending"
ENDED = "Ekonomin var intygad och behöver intygas igen."


def _own(report_id: int) -> ReportPage:
    page: ReportPage = web.seen(reports.page(web.signed_in(), report_id))
    return page


def _own_anew(report_id: int) -> ReportPage:
    page: ReportPage = web.seen(reports.page_anew(web.actor(), report_id))
    return page


def _may(permission: Permission, page: ReportPage) -> bool:
    return policy.may(web.actor(), permission, page)


def _require(permission: Permission, page: ReportPage) -> None:
    if request.method == "POST" and not _may(permission, page):
        raise NoRight


def _to_handed_in(page: ReportPage, part: str) -> ResponseReturnValue:
    """A locked part is read as it was handed in."""
    return redirect(url_for(".version", report_id=page.id, number=page.version_number, _anchor=part), code=303)


def _is_locked(page: ReportPage, part: str) -> bool:
    return request.method == "GET" and page.version_number > 0 and part not in page.opened


def _nav(page: ReportPage, current: str = "") -> list[tuple[str, list[dict[str, Any]]]]:
    """The parts with a state each, for the menu beside the form."""

    def item(title: str, url: str, label: Any, part: str) -> dict[str, Any]:
        return {
            "title": title,
            "url": url,
            "symbol": label.symbol,
            "state_text": label.text,
            "current": part == current,
            "status": label.mark,
            "part": part,
        }

    groups = []
    for (code, title), results in groupby(page.results, key=lambda each: (each.area, each.area_title)):
        items = [
            item(
                f"{each.code} {each.title}".strip(),
                url_for(".result", report_id=page.id, code=each.code),
                each.label,
                each.code,
            )
            for each in results
        ]
        groups.append((headed(code, title), items))
    economy = item("Ekonomi", url_for(".economy", report_id=page.id), page.economy_label, rules.ECONOMY)
    sending = item("Granska och skicka in", url_for(".submit", report_id=page.id), page.sending_label, SENDING)
    groups.append(("Övrigt", [economy, sending]))
    return groups


def _follows(page: ReportPage) -> dict[str, Any]:
    """What an open page takes over at each save and each time it asks who is there: who has attested, and each part's state."""
    labels = {each.code: each.label for each in page.results}
    labels |= {rules.ECONOMY: page.economy_label, SENDING: page.sending_label}
    return {
        "states": {part: label.mark for part, label in labels.items()},
        "done": page.done,
        "attested": _attested(page),
    }


def _attested(page: ReportPage) -> str:
    """Who has attested the economy, when, and what ends it; empty where nobody has."""
    if page.attested_at is None:
        return ""
    at = clock.day_time_text(page.attested_at)
    return f"Intygad av {page.attested_by} {at}. Ändrar ni något måste ekonomin intygas igen."


def _gap_links(page: ReportPage) -> list[tuple[str, str]]:
    """Each thing that is missing, with where it is put right."""
    return [
        (
            gap.message,
            url_for(".attest", report_id=page.id)
            if gap == rules.NOT_ATTESTED
            else _field_url(page, gap.part, gap.field + ("-0" if gap.field in {"rating", "causes"} else "")),
        )
        for gap in page.gaps
    ]


def _field_url(page: ReportPage, part: str, field: str) -> str:
    if part == rules.ECONOMY:
        return url_for(".economy", report_id=page.id, _anchor=field)
    return url_for(".result", report_id=page.id, code=part, _anchor=field)


def _remarks(page: ReportPage) -> list[dict[str, str]]:
    """What to look over, each with the part that it is in."""
    titles = {result.code: f"{result.code} {result.title}" for result in page.results}
    return [
        {
            "section": each.part,
            "section_title": titles.get(each.part, "Ekonomi"),
            "field": each.field,
            "message": each.message,
        }
        for each in page.remarks
    ]


@bp.get("/<int:report_id>")
def show(report_id: int) -> ResponseReturnValue:
    """What is done, what remains, by when, and who may do what next."""
    page = _own(report_id)
    people = reports.who_may(
        page.organisation_id, page.case_id, Permission.ATTEST_ECONOMY, Permission.CERTIFY_AND_SUBMIT_REPORT
    )
    return render_template(
        "reports/show.html",
        page=page,
        # What has not been handed in has been told nothing about.
        told=reviews.ratings_for_party(web.actor(), report_id) if page.version_number else (),
        records=records.of_report(web.actor(), page.case_id, report_id) if page.version_number else (),
        nav=_nav(page),
        attesters=people[Permission.ATTEST_ECONOMY],
        certifiers=people[Permission.CERTIFY_AND_SUBMIT_REPORT],
        may_attest=_may(Permission.ATTEST_ECONOMY, page),
        may_submit=_may(Permission.CERTIFY_AND_SUBMIT_REPORT, page),
        gaps=_gap_links(page),
    )


@bp.route("/<int:report_id>/resultat/<code>", methods=["GET", "POST"])
def result(report_id: int, code: str) -> ResponseReturnValue:
    """One expected result: this year's words, the region's rating and text, and last year's beside."""
    page = _own(report_id)
    shown: ResultShown = web.seen(page.result(code))
    _require(Permission.FILL_AND_CHANGE, page)
    if _is_locked(page, code):
        return _to_handed_in(page, code)
    last = reports.last_year(web.actor(), page, shown.id)
    form = ResultForm(
        shown.answer, shown.stamp, page.causes, page.limits, page.asks, has_proviso=bool(shown.wording.provisos)
    )
    reused = request.method == "POST" and "reuse" in request.form
    if reused:
        if last:
            form.reuse(last.answer.text)
    elif web.carried_out(form, services.save_result, web.actor(), report_id, code):
        if not form.result.clashes and not form.mistakes():
            return _saved(page, code)
        shown = web.seen(_own_anew(report_id).result(code))
        form.show_clashes(form.result)
    may_write = (code in page.opened and _may(Permission.FILL_AND_CHANGE, page)) or request.method == "POST"
    body = render_template(
        "reports/result.html",
        page=page,
        shown=shown,
        last=last,
        form=form,
        reused=reused,
        nav=_nav(page, code),
        may_write=may_write,
        # For whom the part is open, told to whoever may only read it.
        writers=reports.persons_who_may(page.organisation_id, page.case_id, Permission.FILL_AND_CHANGE)
        if code in page.opened and not may_write
        else None,
        rating_symbols={rating.value: symbol for rating, symbol in rules.RATING_SYMBOLS.items()},
        rating_help={rating.value: text for rating, text in rules.RATING_HELP.items()},
        rating_status=_rating_status,
        typed=request.method == "POST",
        is_left=bool(form.result and form.errors),
        read_rows=_read_rows(page, shown),
    )
    return (body, 422) if form.errors else body


@bp.route("/<int:report_id>/resultat/<code>/autospara", methods=["GET", "POST"])
def autosave_result(report_id: int, code: str) -> ResponseReturnValue:
    """The same save, asked for by the page while the person writes; by GET, who else has the page open."""
    page = _own(report_id)
    shown: ResultShown = web.seen(page.result(code))
    policy.require(web.actor(), Permission.FILL_AND_CHANGE, page)
    if request.method == "GET":
        return web.standing(f"report:{report_id}:{code}", _follows(page))
    form = ResultForm(
        shown.answer, shown.stamp, page.causes, page.limits, page.asks, has_proviso=bool(shown.wording.provisos)
    )
    if not web.carried_out(form, services.save_result, web.actor(), report_id, code):
        return web.not_saved(form)
    return web.saved(form.result.stamps, form.mistakes(), form.result.clashes, _follows(_own_anew(report_id)))


def _read_rows(page: ReportPage, shown: ResultShown) -> list[tuple[str, str]]:
    """The questions with what is answered so far, for those who only read."""
    answer = shown.answer
    rows = [
        (page.asks["rating"].label, rules.RATING_TEXTS[answer.rating] if answer.rating else ""),
        (page.asks["text"].label, answer.text),
    ]
    if shown.wording.provisos:
        mattered = "Ja. " if answer.proviso_mattered else ""
        rows.append((page.asks["proviso_text"].label, mattered + answer.proviso_text))
    rows += [
        (page.asks["causes"].label, "; ".join(answer.causes)),
        (page.asks["measure"].label, answer.measure),
    ]
    return [(question, text or "Inte besvarat") for question, text in rows]


def _saved(page: ReportPage, code: str) -> ResponseReturnValue:
    if "next" not in request.form:
        return web.done("Svaret är sparat.", ".result", report_id=page.id, code=code)
    following = page.after(code)
    if following is not None:
        return web.done(f"{code} är sparat.", ".result", report_id=page.id, code=following.code)
    if page.economy_is_open:
        return web.done(f"{code} är sparat.", ".economy", report_id=page.id)
    return web.done(f"{code} är sparat.", ".show", report_id=page.id)


def _rating_status(rating: rules.Rating | None) -> tuple[str, str, str]:
    """A rating as the status macro takes it."""
    return ("", rules.RATING_SYMBOLS[rating], rules.RATING_TEXTS[rating]) if rating else ("", "dots", "Inget svar")


@bp.route("/<int:report_id>/ekonomi", methods=["GET", "POST"])
def economy(report_id: int) -> ResponseReturnValue:
    """The economy per kostnadsslag."""
    page = _own(report_id)
    _require(Permission.FILL_ECONOMY, page)
    if _is_locked(page, rules.ECONOMY):
        return _to_handed_in(page, rules.ECONOMY)
    form = economy_form(page.economy)
    code = 200
    if web.carried_out(form, services.save_economy, web.actor(), report_id):
        page = _own_anew(report_id)
        _judge(form, page)
        if not form.mistakes():
            said = "Ekonomin är sparad."
            if form.result.ended_attestation:
                said += " Den var intygad och behöver intygas igen."
            return web.done(said, ".economy", report_id=report_id)
        code = 422
    elif request.method == "GET":
        form.refuse(_wrong(page))
    body = render_template(
        "reports/economy.html",
        page=page,
        form=form,
        may_write=(page.economy_is_open and _may(Permission.FILL_ECONOMY, page)) or request.method == "POST",
        may_attest=_may(Permission.ATTEST_ECONOMY, page),
        rest_is_saved=code == 422,
        attested=_attested(page) or (ENDED if form.result and form.result.ended_attestation else ""),
        ended=ENDED,
        saved_at=clock.saved_text(page.economy.saved_at),
        typed=request.method == "POST",
    )
    return body, code


@bp.route("/<int:report_id>/ekonomi/autospara", methods=["GET", "POST"])
def autosave_economy(report_id: int) -> ResponseReturnValue:
    """The same save, asked for by the page while the person writes; by GET, who else has the page open."""
    page = _own(report_id)
    policy.require(web.actor(), Permission.FILL_ECONOMY, page)
    if request.method == "GET":
        return web.standing(f"report:{report_id}:{rules.ECONOMY}", _follows(page))
    form = economy_form(page.economy)
    if not web.carried_out(form, services.save_economy, web.actor(), report_id):
        return web.not_saved(form)
    clashes = {clash.field for clash in form.result.clashes}
    page = _own_anew(report_id)
    form.refuse(_wrong(page))
    mistakes = {name: text for name, text in form.mistakes().items() if name not in clashes}
    explained = {row.category_id: row.explained for row in page.economy.rows}
    return web.saved(form.result.stamps, mistakes, form.result.clashes, {**_follows(page), "explained": explained})


def _judge(form: EconomyForm, page: ReportPage) -> None:
    form.show_clashes(form.result)
    form.show_deviations(page.economy)
    form.refuse(_wrong(page))


def _wrong(page: ReportPage) -> dict[str, str]:
    return {gap.field: gap.message for row in page.economy.rows for gap in rules.wrong_in_row(row)}


@bp.route("/<int:report_id>/intyga", methods=["GET", "POST"])
def attest(report_id: int) -> ResponseReturnValue:
    """The region's economist reads the economy and attests exactly that."""
    page = _own(report_id)
    _require(Permission.ATTEST_ECONOMY, page)
    if _is_locked(page, rules.ECONOMY):
        return _to_handed_in(page, rules.ECONOMY)
    form = AttestForm(page.economy.beyond, data={"sha256": page.economy.sha256})
    if web.carried_out(form, services.attest_economy, web.actor(), report_id):
        return web.done("Ekonomin är intygad. Ombudet kan skicka in.", ".show", report_id=report_id)
    if request.method == "POST":
        page = _own_anew(report_id)
        # What is attested next is what the page shows now.
        form.sha256.data = page.economy.sha256
        form.ask_beyond(page.economy.beyond)
    return render_template(
        "reports/attest.html",
        page=page,
        document=to_hand_in(page, by=web.actor().name, at=clock.received()).document,
        form=form,
        may_attest=_may(Permission.ATTEST_ECONOMY, page),
        can_attest=page.economy_is_open and not page.economy_gaps and not page.is_attested,
        attesters=reports.persons_who_may(page.organisation_id, page.case_id, Permission.ATTEST_ECONOMY),
        gaps=[link for link in _gap_links(page) if "/ekonomi" in link[1]],
        remarks=[each for each in _remarks(page) if each["section"] == rules.ECONOMY],
        field_url=partial(_field_url, page),
    )


@bp.route("/<int:report_id>/skicka-in", methods=["GET", "POST"])
def submit(report_id: int) -> ResponseReturnValue:
    """What is missing; then the ombud certifies and hands in."""
    page = _own(report_id)
    _require(Permission.CERTIFY_AND_SUBMIT_REPORT, page)
    if request.method == "GET" and page.version_number > 0 and not page.is_open:
        return redirect(url_for(".receipt", report_id=report_id), code=303)
    form = SubmitForm(_asked_beyond(page))
    if web.carried_out(form, services.submit, web.actor(), report_id):
        return redirect(url_for(".receipt", report_id=report_id), code=303)
    if form.is_submitted():
        page = _own_anew(report_id)
        form.ask_beyond(_asked_beyond(page))
    # What is read here is what is frozen: one function makes both.
    handed_in = to_hand_in(page, by=web.actor().name, at=clock.received())
    form.show(handed_in.sha256)
    return render_template(
        "reports/submit.html",
        page=page,
        document=handed_in.document,
        symbols=handed_in.symbols,
        change={
            each.code: url_for(".result", report_id=page.id, code=each.code) for each in page.results if each.is_open
        },
        form=form,
        gaps=_gap_links(page),
        remarks=_remarks(page),
        field_url=partial(_field_url, page),
        may_submit=_may(Permission.CERTIFY_AND_SUBMIT_REPORT, page),
        certifiers=reports.persons_who_may(page.organisation_id, page.case_id, Permission.CERTIFY_AND_SUBMIT_REPORT),
    )


def _asked_beyond(page: ReportPage) -> int:
    """What goes over all that is paid, where it is not handed in already."""
    return page.economy.beyond if page.economy_is_open else 0


@bp.get("/<int:report_id>/kvitto")
def receipt(report_id: int) -> ResponseReturnValue:
    """That the newest version was received, and when."""
    return render_template("reports/receipt.html", handed_in=_handed_in(report_id, None))


@bp.get("/<int:report_id>/version/<int:number>")
def version(report_id: int, number: int) -> ResponseReturnValue:
    """A version as it was handed in; the authority reads nothing else."""
    return render_template("reports/version.html", handed_in=_handed_in(report_id, number))


@bp.get("/<int:report_id>/version/<int:number>/pdf")
def pdf(report_id: int, number: int) -> ResponseReturnValue:
    """The same as a document: stored once, and rendered now if the worker has not come to it."""
    record_id = web.seen(_handed_in(report_id, number).record_id)
    return web.attachment(*web.seen(worker.document(web.portal_settings(), record_id, web.actor())))


@bp.get("/<int:report_id>/jamfor")
def compare(report_id: int) -> ResponseReturnValue:
    """What differs between two versions as they were handed in: both sides read the same."""
    chosen = (web.asked_number("fran"), web.asked_number("till"))
    page = web.seen(version_differences.report_page(web.signed_in(), report_id, *chosen))
    return render_template("reports/compare.html", page=page)


@bp.get("/<int:report_id>/fragor")
def questions(report_id: int) -> ResponseReturnValue:
    """What the report asks, from the day that it is planned: both sides read the same."""
    page = web.seen(reports.questions_page(web.signed_in(), report_id))
    return render_template("reports/questions.html", page=page)


def _handed_in(report_id: int, number: int | None) -> reports.HandedIn:
    found = reports.handed_in(web.signed_in(), report_id, number)
    if found is None:
        raise NotVisible
    return found
