"""Fördelade bidrag: public lists of who got what, also as files."""

from datetime import date

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.calls import AsOfForm
from grantportal.domain.documents import AllocationList
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.turned import turned
from grantportal.exports import csv, json, xlsx
from grantportal.queries import allocations
from grantportal.web import actor, page_number, seen

bp = Blueprint("allocations", __name__, url_prefix="/fordelade-bidrag")

KINDS = {
    "xlsx": (xlsx.allocation_list, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (csv.allocation_list, "text/csv; charset=utf-8"),
    "json": (json.allocation_list, "application/json"),
}
FILE = "fordelningslista.<kind>"


def _as_of() -> tuple[AsOfForm, date | None, int]:
    """The day that is asked for; what is not a day is asked again, and the list is today's meanwhile."""
    form = AsOfForm(request.args)
    try:
        return form, form.day(), 200
    except RuleViolation:
        return form, None, 422


@bp.get("/")
def index() -> ResponseReturnValue:
    """Every statsbidrag: what each organisation has got each year, over all calls."""
    form, day, status = _as_of()
    return render_template("allocations/index.html", grants=allocations.totals(day), form=form, day=day), status


@bp.get("/<int:call_id>")
def show(call_id: int) -> ResponseReturnValue:
    """One call: sought and granted, how it went, and what is left of each year's frame. The list is turned; the sums are of all."""
    form, day, status = _as_of()
    found = seen(allocations.of_call(actor(), call_id, day))
    per = day.isoformat() if day else None
    shown = render_template(
        "allocations/show.html",
        found=found,
        turned=turned(found.lines, page_number()),
        page_url=lambda number: url_for(".show", call_id=call_id, per=per, sida=number),
        form=form,
        day=day,
    )
    return shown, status


@bp.get(f"/<int:call_id>/{FILE}")
def download(call_id: int, kind: str) -> ResponseReturnValue:
    """One call's list as a file."""
    found = seen(allocations.of_call(actor(), call_id, _day()))
    return _file(kind, allocations.facts_of_call(found, _authority()), f"fordelningslista-{call_id}")


@bp.get(f"/statsbidrag/<int:grant_id>/{FILE}")
def download_total(grant_id: int, kind: str) -> ResponseReturnValue:
    """The list of all calls of a statsbidrag as a file."""
    facts = seen(allocations.facts_of_grant(grant_id, _authority(), _day()))
    return _file(kind, facts, f"fordelningslista-statsbidrag-{grant_id}")


def _day() -> date | None:
    _form, day, status = _as_of()
    if status != 200:
        raise NotVisible
    return day


def _authority() -> str:
    name: str = current_app.config["PORTAL"].authority_name
    return name


def _file(kind: str, facts: AllocationList, name: str) -> Response:
    if kind not in KINDS:
        raise NotVisible
    make, mimetype = KINDS[kind]
    response = Response(make(facts), mimetype=mimetype.partition(";")[0], content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
