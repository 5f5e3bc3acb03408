"""Statsbidrag, at the authority: what they rest on, their frames, forms, villkor and expected results."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from forms import grants as forms
from grantportal.domain import personal_numbers, report_forms
from grantportal.domain.actors import Actor
from grantportal.domain.forms import FormDefinition, FormKind, Outline
from grantportal.domain.frameworks import FrameworkContent
from grantportal.imports import forms as form_outlines
from grantportal.imports import frameworks as framework_outlines
from grantportal.policy import Permission, may, require
from grantportal.queries import frameworks, grants
from grantportal.services import forms as form_services
from grantportal.services import frameworks as framework_services
from grantportal.services import grants as services
from grantportal.web import actor, carried_out, done, seen, signed_in

bp = Blueprint("grants", __name__, url_prefix="/statsbidrag")

FORM_KINDS = {FormKind.APPLICATION: "Ansökningsformulär", FormKind.REPORT: "Formulär för återrapportering"}


def _allowed(permission: Permission = Permission.SET_UP_GRANT) -> Actor:
    who = signed_in()
    require(who, permission)
    return who


@bp.get("/")
def index() -> ResponseReturnValue:
    """Every statsbidrag of the authority."""
    who = _allowed(Permission.READ_CASES)
    return render_template("grants/index.html", grants=grants.listed(), can_set_up=may(who, Permission.SET_UP_GRANT))


@bp.get("/<int:grant_id>")
def show(grant_id: int) -> ResponseReturnValue:
    """One statsbidrag with its frames and all that its calls are made of."""
    who = _allowed(Permission.READ_CASES)
    return render_template("grants/show.html", grant=seen(grants.page(who, grant_id)), form_kinds=FORM_KINDS)


@bp.route("/nytt", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """The officer sets up a statsbidrag."""
    who = _allowed()
    form = forms.GrantForm()
    if carried_out(form, services.set_up, who):
        return done("Statsbidraget är upplagt. Ange nu ramarna.", ".show", grant_id=form.result)
    return render_template("grants/new.html", form=form)


@bp.route("/<int:grant_id>/andra", methods=["GET", "POST"])
def edit(grant_id: int) -> ResponseReturnValue:
    """The officer changes what the statsbidrag says."""
    who = _allowed()
    grant = seen(grants.get(grant_id))
    form = forms.GrantForm(
        title=grant.title,
        purpose=grant.purpose,
        assignment_refs=grant.assignment_refs,
        legal_basis=grant.legal_basis,
        recovery_basis=grant.recovery_basis,
        access=grant.access.value,
        appeal_variant=grant.appeal_variant.value if grant.appeal_variant else forms.UNDECIDED,
        appeal_provision=grant.appeal_provision,
    )
    if carried_out(form, services.change, who, grant_id):
        return done("Ändringarna är sparade.", ".show", grant_id=grant_id)
    return render_template("grants/edit.html", form=form, grant=grant)


@bp.route("/<int:grant_id>/ramar/ny", methods=["GET", "POST"])
def new_frame(grant_id: int) -> ResponseReturnValue:
    """The officer adds a year's frame."""
    who = _allowed()
    grant = seen(grants.get(grant_id))
    form = forms.NewFrameForm()
    if carried_out(form, services.set_frame, who, grant_id):
        return done("Ramen är sparad.", ".show", grant_id=grant_id)
    return render_template("grants/new_frame.html", form=form, grant=grant)


@bp.route("/<int:grant_id>/ramar/<int:year>", methods=["GET", "POST"])
def frame(grant_id: int, year: int) -> ResponseReturnValue:
    """The officer changes a year's frame, never below what is decided."""
    who = _allowed()
    grant = seen(grants.get(grant_id))
    current = seen(grants.year_frame(grant_id, year))
    form = forms.FrameForm(frame=current.frame, max_grantees=current.max_grantees)
    form.grant_year_number = year
    if carried_out(form, services.set_frame, who, grant_id):
        return done("Ramen är sparad.", ".show", grant_id=grant_id)
    return render_template(
        "grants/frame.html", form=form, grant=grant, frame=current, label=grants.frame_label(current)
    )


@bp.route("/<int:grant_id>/ramar/<int:year>/tilldela", methods=["GET", "POST"])
def allot(grant_id: int, year: int) -> ResponseReturnValue:
    """The ekonom says that the year's money is at the authority's disposal."""
    who = _allowed(Permission.ALLOT_FRAME)
    grant = seen(grants.get(grant_id))
    current = seen(grants.year_frame(grant_id, year))
    form = forms.AllotForm(seen=current.frame)
    if carried_out(form, services.allot, who, grant_id, year):
        return done(f"Medlen för {year} är tilldelade och kan betalas ut.", ".show", grant_id=grant_id)
    return render_template("grants/allot.html", form=form, grant=grant, frame=current)


@bp.route("/<int:grant_id>/kostnadsslag", methods=["GET", "POST"])
def categories(grant_id: int) -> ResponseReturnValue:
    """The officer sets the kostnadsslag."""
    who = _allowed()
    grant = seen(grants.get(grant_id))
    existing = grants.cost_categories(grant_id)
    form = forms.CategoriesForm(
        names="\n".join(category.name for category in existing),
        personnel=next((category.name for category in existing if category.is_personnel), ""),
    )
    if carried_out(form, services.set_categories, who, grant_id):
        return done("Kostnadsslagen är sparade.", ".show", grant_id=grant_id)
    return render_template("grants/categories.html", form=form, grant=grant)


@bp.route("/<int:grant_id>/villkor", methods=["GET", "POST"])
def conditions(grant_id: int) -> ResponseReturnValue:
    """The officer publishes a new version of the villkor."""
    who = _allowed()
    grant = seen(grants.get(grant_id))
    number, texts = grants.conditions(grant_id)
    form = forms.ConditionsForm(texts="\n".join(texts))
    if carried_out(form, services.publish_conditions, who, grant_id):
        return done(f"Version {number + 1} av villkoren är publicerad.", ".show", grant_id=grant_id)
    return render_template("grants/conditions.html", form=form, grant=grant, number=number)


@bp.get("/villkor/<int:version_id>")
def conditions_version(version_id: int) -> ResponseReturnValue:
    """A version of the villkor, with what differs from an earlier one; public once a published call uses it."""
    chosen = request.args.get("mot", "")
    against = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 7 else None
    return render_template(
        "grants/conditions_version.html", page=seen(grants.conditions_page(actor(), version_id, against))
    )


@bp.get("/formular/<int:version_id>")
def form(version_id: int) -> ResponseReturnValue:
    """A published form, as those who apply or report will meet it."""
    _allowed(Permission.READ_CASES)
    page = seen(grants.form_version(version_id))
    return render_template("grants/form.html", page=page, kind_text=FORM_KINDS[page.definition.kind])


@bp.route("/<int:grant_id>/formular", methods=["GET", "POST"])
def new_form(grant_id: int) -> ResponseReturnValue:
    """The officer reads in a form, sees it as it will be stored, and publishes it."""
    who = _allowed()
    grant = seen(grants.get(grant_id))
    outline = forms.OutlineForm()
    preview = None
    if carried_out(outline, _read_form, who, grant_id):
        if not isinstance(outline.result, FormDefinition):
            return done("Formuläret är publicerat.", ".form", version_id=outline.result)
        outline.show()
        preview = report_forms.shown(outline.result)
    return render_template("grants/new_form.html", form=outline, grant=grant, preview=preview)


def _read_form(who: Actor, grant_id: int, outline: Outline) -> FormDefinition | int:
    """The form to show, or the version that was published when it is the one that was shown."""
    personal_numbers.ensure_none({"text": outline.text}, personal_numbers.IN_PUBLISHED)
    definition = form_outlines.read(outline.text)
    return form_services.publish(who, grant_id, definition) if outline.is_shown else definition


@bp.route("/<int:grant_id>/forvantade-resultat", methods=["GET", "POST"])
def new_framework(grant_id: int) -> ResponseReturnValue:
    """The officer reads in a matrix of expected results, sees it as it will be stored, and publishes it."""
    who = _allowed()
    grant = seen(grants.get(grant_id))
    outline = forms.OutlineForm()
    preview = None
    if carried_out(outline, _read_framework, who, grant_id):
        if not isinstance(outline.result, FrameworkContent):
            return done("De förväntade resultaten är publicerade.", "frameworks.show", version_id=outline.result)
        outline.show()
        preview = frameworks.preview(outline.result, grant.title)
    return render_template("grants/new_framework.html", form=outline, grant=grant, preview=preview)


def _read_framework(who: Actor, grant_id: int, outline: Outline) -> FrameworkContent | int:
    """The matrix to show, or the version that was published when it is the one that was shown."""
    personal_numbers.ensure_none({"text": outline.text}, personal_numbers.IN_PUBLISHED)
    content = framework_outlines.read(outline.text)
    return framework_services.publish(who, grant_id, content) if outline.is_shown else content
