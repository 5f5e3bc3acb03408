"""Sparade vyer of the list of ärenden: each person's own."""

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.base import Form
from forms.saved_views import NameViewForm, SaveViewForm
from grantportal import web
from grantportal.domain.case_lists import read
from grantportal.domain.saved_views import MOST_VIEWS
from grantportal.queries import saved_views
from grantportal.services import saved_views as services

bp = Blueprint("saved_views", __name__, url_prefix="/arenden/vyer")


@bp.get("/")
def index() -> ResponseReturnValue:
    """The person's views, with what can be done with each."""
    views = saved_views.listed(web.signed_in())
    return render_template("saved_views/index.html", views=views, most=MOST_VIEWS, form=Form())


@bp.route("/ny", methods=["GET", "POST"])
def save() -> ResponseReturnValue:
    """Save how the list is shown now, under a name."""
    form = SaveViewForm(query=_as_the_list_writes_it(request.query_string.decode("utf-8", "replace")))
    if form.is_submitted():
        form.query.data = _as_the_list_writes_it(form.query.data or "")
    if web.carried_out(form, services.save, web.signed_in()):
        flash(f"Vyn «{form.name.data}» är sparad.")
        return redirect(_list_at(form.query.data or ""), code=303)
    return render_template("saved_views/save.html", form=form, list_url=_list_at(form.query.data or ""))


@bp.route("/<int:view_id>/namn", methods=["GET", "POST"])
def rename(view_id: int) -> ResponseReturnValue:
    """Give the view another name."""
    view = web.seen(saved_views.own(web.signed_in(), view_id))
    form = NameViewForm(name=view.name)
    if web.carried_out(form, services.rename, web.actor(), view_id):
        return web.done(f"Vyn heter nu «{form.name.data}».", ".index")
    return render_template("saved_views/rename.html", form=form, view=view)


@bp.route("/<int:view_id>/ta-bort", methods=["GET", "POST"])
def delete(view_id: int) -> ResponseReturnValue:
    """Take the view away."""
    view = web.seen(saved_views.own(web.signed_in(), view_id))
    form, name = Form(), view.name
    if web.carried_out(form, services.delete, web.actor(), view_id):
        return web.done(f"Vyn «{name}» är borttagen.", ".index")
    return render_template("saved_views/delete.html", form=form, view=view)


@bp.post("/<int:view_id>/forst")
def start(view_id: int) -> ResponseReturnValue:
    """Let the list begin with the view, or no longer."""
    view = web.seen(saved_views.own(web.signed_in(), view_id))
    form, name = Form(), view.name
    if web.carried_out(form, services.start_with, web.actor(), view_id):
        said = f"Listan börjar med «{name}»." if form.result else "Listan börjar med alla ärenden."
        return web.done(said, ".index")
    views = saved_views.listed(web.actor())
    return render_template("saved_views/index.html", views=views, most=MOST_VIEWS, form=form)


def _as_the_list_writes_it(query: str) -> str:
    """Only what the list itself understands, and as it writes it."""
    try:
        typed = dict(parse_qsl(query[:4_000], max_num_fields=40))
    except ValueError:
        return ""
    return urlencode(read(typed).address())


def _list_at(query: str) -> str:
    return f"{url_for('cases.index')}?{query}" if query else url_for("cases.index")
