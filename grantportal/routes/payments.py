"""Utbetalningar: what is to be registered, attested, put in an underlag and marked as paid."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.payments import AttestForm, BatchForm, ChoosePaymentsForm, ConfirmPaidForm, RegisterForm, TakeBackForm
from grantportal import policy, web
from grantportal.domain import clock
from grantportal.domain.errors import NoRight
from grantportal.domain.payments import Narrowed, PaymentStatus
from grantportal.exports import xlsx
from grantportal.policy import Permission
from grantportal.queries import payments
from grantportal.services import payments as services

bp = Blueprint("payments", __name__, url_prefix="/utbetalningar")


@dataclass(frozen=True)
class Act:
    """What is done with ticked payments: the words on its button, by which form, service and right, and what is said after."""

    verb: str
    form: type[ChoosePaymentsForm]
    service: Callable[..., int]
    permission: Permission
    done: str


@dataclass(frozen=True)
class Listing:
    """A list of the payments in one state: what takes them on, and what takes them back."""

    status: PaymentStatus
    heading: str
    forth: Act
    back: Act | None = None
    by_page: bool = False
    """Whether each row must have been seen: all is then all of the page, with the giros that it shows."""


# By the word in the address.
LISTS = {
    "registrera": Listing(
        PaymentStatus.PLANNED,
        "Att registrera",
        Act(
            "Registrera",
            RegisterForm,
            services.register,
            Permission.REGISTER_PAYMENT,
            "Registrerat. En annan person ska attestera.",
        ),
    ),
    "attestera": Listing(
        PaymentStatus.REGISTERED,
        "Att attestera",
        Act(
            "Attestera",
            AttestForm,
            services.attest,
            Permission.ATTEST_PAYMENT,
            "Attesterat. Nästa steg är att skapa ett underlag.",
        ),
        Act(
            "Ta tillbaka registreringen",
            TakeBackForm,
            services.unregister,
            Permission.TAKE_BACK_PAYMENT,
            "Registreringen är tillbakatagen. Utbetalningen är planerad igen.",
        ),
        by_page=True,
    ),
    "underlag": Listing(
        PaymentStatus.ATTESTED,
        "Att lägga i underlag",
        Act("Skapa underlag", BatchForm, services.batch, Permission.BATCH_PAYMENTS, "Underlaget är skapat."),
        Act(
            "Ta tillbaka attesten",
            TakeBackForm,
            services.end_attestation,
            Permission.TAKE_BACK_PAYMENT,
            "Attesten är tillbakatagen. Utbetalningen väntar på attest igen.",
        ),
    ),
}
BACK = "tillbaka"
"""The name of the button that takes ticked payments back."""


def _narrowed() -> tuple[Narrowed, dict[str, Any]]:
    """What the list is narrowed to, and the same as the address says it; anything odd narrows nothing."""
    try:
        day = date.fromisoformat(request.args.get("dag", ""))
    except ValueError:
        day = None
    narrowed = Narrowed(web.asked_number("bidrag"), web.asked_number("ar"), day)
    asked = {"bidrag": narrowed.grant_id, "ar": narrowed.grant_year, "dag": day.isoformat() if day else None}
    return narrowed, {name: value for name, value in asked.items() if value is not None}


def _page_of(endpoint: str, **values: Any) -> Callable[[int], str]:
    return lambda number: url_for(endpoint, sida=number, **values)


def _reader() -> None:
    policy.require(web.signed_in(), Permission.READ_PAYMENTS)


@bp.get("/")
def index() -> ResponseReturnValue:
    """Where the payments are: how many and how much in each state, and the newest underlag."""
    _reader()
    narrowed, asked = _narrowed()
    shown = payments.page(web.actor(), PaymentStatus.CONFIRMED, web.page_number(), narrowed)
    # The two lists of the page are narrowed each by itself.
    of_batches = Narrowed(web.asked_number("underlag_bidrag"), web.asked_number("underlag_ar"))
    batches = payments.batches(web.actor(), web.asked_number("underlag") or 1, of_batches)
    chosen = {"underlag_bidrag": of_batches.grant_id, "underlag_ar": of_batches.grant_year}
    beside: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    return render_template(
        "payments/index.html",
        shown=shown,
        narrowed=narrowed,
        lists=LISTS,
        batches=batches,
        of_batches=of_batches,
        asked=asked,
        beside=beside,
        page_url=_page_of(".index", underlag=batches.page if batches.page > 1 else None, **asked, **beside),
        batches_url=lambda number: url_for(".index", underlag=number, **asked, **beside),
    )


@bp.route("/att/<kind>", methods=["GET", "POST"])
def listing(kind: str) -> ResponseReturnValue:
    """The payments in one state, to tick and take to the next."""
    _reader()
    if kind not in LISTS:
        abort(404)
    chosen = LISTS[kind]
    is_back = chosen.back is not None and BACK in request.form
    act = chosen.back if chosen.back is not None and is_back else chosen.forth
    allowed = policy.may(web.actor(), chosen.forth.permission)
    if request.method == "POST" and not policy.may(web.actor(), act.permission):
        raise NoRight
    narrowed, asked = _narrowed()
    shown = payments.page(web.actor(), chosen.status, web.page_number(), narrowed)
    forth, back = chosen.forth.form(), chosen.back.form() if chosen.back else None
    form = back if back is not None and is_back else forth
    if chosen.by_page:
        form.choose_all_of(shown.here, lambda: [row.box for row in shown.rows])
    else:
        form.choose_all_of(shown.whole, partial(payments.every_id, web.actor(), chosen.status, narrowed))
    if web.carried_out(form, act.service, web.actor()):
        if act.service is services.batch:
            return web.done(act.done, ".batch", batch_id=form.result)
        return web.done(act.done, ".listing", kind=kind, **asked)
    return render_template(
        "payments/listing.html",
        shown=shown,
        form=form,
        forth=forth,
        back=back,
        listing=chosen,
        kind=kind,
        allowed=allowed,
        lists=LISTS,
        today=clock.today(),
        narrowed=narrowed,
        one_grant=act.service is services.batch,
        page_url=_page_of(".listing", kind=kind, **asked),
    )


@bp.route("/underlag/<int:batch_id>", methods=["GET", "POST"])
def batch(batch_id: int) -> ResponseReturnValue:
    """An underlag: control totals, the file, and what the bank has paid."""
    web.signed_in()
    shown = web.seen(payments.batch(web.actor(), batch_id, web.page_number()))
    allowed = policy.may(web.actor(), Permission.CONFIRM_PAYMENT)
    if request.method == "POST" and not allowed:
        raise NoRight
    waiting = tuple(row for row in shown.payments if row.status is PaymentStatus.BATCHED)
    # All that wait are on the page: they are ticked beforehand. Else the person says whether all of them are meant.
    form = ConfirmPaidForm(payments=[row.id for row in waiting] if shown.pages == 1 else [])
    form.choose_all_of(shown.waiting, partial(payments.every_waiting_id, web.actor(), batch_id))
    if web.carried_out(form, services.confirm, web.actor(), batch_id):
        return web.done("Markerat som betalt. Regionerna får veta det.", ".batch", batch_id=batch_id)
    return render_template(
        "payments/batch.html",
        batch=shown,
        form=form,
        waiting=waiting,
        allowed=allowed,
        page_url=_page_of(".batch", batch_id=batch_id),
    )


@bp.get("/underlag/<int:batch_id>/excel")
def download(batch_id: int) -> ResponseReturnValue:
    """The underlag's file for finance: made of the frozen content, the same bytes each time."""
    web.signed_in()
    frozen = web.seen(payments.frozen_batch(web.actor(), batch_id, example=web.is_demonstration()))
    name = f"underlag-{frozen.facts.batch_number.replace(' ', '-')}.xlsx"
    return Response(
        xlsx.payment_batch(frozen.facts, frozen.rows),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
