"""The pilot's first years, step by step at their own dates, through the services and as the demonstration's persons.

Each step is one thing that somebody did. Whoever wants to stop earlier names a day in STOPS: only the steps before it are
played, and that day is the first one shown.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from importlib import resources
from typing import Any

import yaml

from grantportal import db
from grantportal.demonstration.persons import persons
from grantportal.domain import answers as answers_of
from grantportal.domain import clock, working_days
from grantportal.domain import reviews as review_rules
from grantportal.domain.actors import Actor
from grantportal.domain.answers import YES, FetchAnswer, SaveAnswers, Staff
from grantportal.domain.applications import StartApplication
from grantportal.domain.calls import CorrectTexts, WriteCall, WriteCallYear
from grantportal.domain.cases import AssignCases
from grantportal.domain.decisions import (
    Decide,
    Outcome,
    ProposeDecision,
    ReplyToCommunication,
    SendCommunication,
    SkipCommunication,
    SkipGround,
)
from grantportal.domain.file_notes import ContactKind, WriteFileNote
from grantportal.domain.giros import ApproveGiro, AskForGiro, GiroCheck, VerifyGiro
from grantportal.domain.grants import (
    AllotFrame,
    AppealVariant,
    PublishConditions,
    SetCategories,
    SetFrame,
    WriteGrant,
)
from grantportal.domain.messages import WriteMessage
from grantportal.domain.opened import question_part, row_part
from grantportal.domain.payments import BatchPayments, ChosenPayments, ConfirmPaid
from grantportal.domain.reminders import ReminderDays
from grantportal.domain.reports import (
    ECONOMY,
    AttestEconomy,
    CostAnswer,
    Rating,
    ResultAnswer,
    SaveCost,
    SaveEconomy,
    SaveResult,
)
from grantportal.domain.reviews import ApproveReport, Assessment, RateResult, RateResults
from grantportal.domain.supplements import RequestSupplement
from grantportal.domain.youth_homes import RegisterYouthHomes
from grantportal.imports import forms as form_outlines
from grantportal.imports import frameworks as framework_outlines
from grantportal.queries import accounts
from grantportal.queries import demonstration as facts
from grantportal.queries import reports as report_queries
from grantportal.queries import reviews as review_queries
from grantportal.queries.youth_homes import listed as homes_listed
from grantportal.services import (
    applications,
    calls,
    cases,
    communications,
    decisions,
    file_notes,
    forms,
    frameworks,
    giros,
    grants,
    messages,
    payments,
    reminders,
    reports,
    reviews,
    supplements,
    youth_homes,
)
from grantportal.services import demonstration as services

STOPS: dict[str, date] = {
    "utlysning": date(2020, 2, 3),
    "ansokan": date(2020, 4, 22),
    "komplettering": date(2020, 6, 3),
    "beslut": date(2020, 7, 1),
    "utbetalning": date(2021, 1, 18),
    "omfordelning": date(2022, 1, 20),
    "aterrapportering": date(2023, 3, 20),
}
"""The stages that the story can stop after, and the first day that is shown then."""

OFFICER, DECIDER, REGISTRAR = "handlaggare", "beslutsfattare", "registrator"
SECOND_OFFICER, CHIEF = "handlaggare-2", "enhetschef"
FINANCE, SECOND_FINANCE = "ekonom", "ekonom-2"
SUPPLEMENT_LAST_DAY = date(2020, 5, 20)


@dataclass(frozen=True)
class Step:
    """Something that happened at a moment."""

    at: datetime
    play: Callable[[], object]


def data(name: str) -> str:
    """The text of one of the demonstration's files."""
    return resources.files("grantportal.demonstration").joinpath(name).read_text("utf-8")


def moment(text: str) -> datetime:
    """«2020-04-16 14:12» on a Swedish wall clock, as UTC."""
    return _on(date.fromisoformat(text[:10]), text[11:])


def actor_of(key: str) -> Actor:
    """One of the demonstration's persons, with the mandates that hold at the moment that is played."""
    email = next(person.email for person in persons() if person.key == key)
    return accounts.actor_of(facts.user_id(email))


def _on(day: date, at: str) -> datetime:
    chosen = time.fromisoformat(at)
    return clock.local(day, chosen.hour, chosen.minute)


class Story:
    """The story as it is told in story.yaml, and the ids of what it has made so far."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = yaml.safe_load(data("story.yaml"))
        self.regions: dict[str, Any] = self.told["regions"]
        self.made: dict[str, int] = {}
        self.applications: dict[tuple[str, str], int] = {}

    def steps(self) -> list[Step]:
        """Every step, in the order in which it happened."""
        return sorted(
            [
                *self._set_up(),
                *self._applying(),
                *self._appointing(),
                *self._supplementing(),
                *self._writing_to_each_other(),
                *self._deciding(),
                *self._paying(),
                *self._sharing_out(),
                *self._reporting(),
                *self._reminding(),
            ],
            key=lambda step: step.at,
        )

    # --- Utlysning ---------------------------------------------------------------------------------------------

    def _set_up(self) -> Iterator[Step]:
        officer = OFFICER
        yield Step(moment("2020-01-08 09:00"), lambda: self._set_up_grant(actor_of(officer)))
        yield Step(moment("2020-01-24 10:00"), lambda: self._publish_forms(actor_of(officer)))
        yield Step(
            moment("2020-01-31 09:00"),
            lambda: self._publish_call(actor_of(officer), "ordinary", "application-form.yaml"),
        )

    def _set_up_grant(self, officer: Actor) -> None:
        told = self.told["grant"]
        grant = grants.set_up(
            officer,
            WriteGrant(
                title=told["title"],
                purpose=told["purpose"],
                assignment_refs=told["assignment_refs"],
                legal_basis=told["legal_basis"],
                recovery_basis=told["recovery_basis"],
                appeal_variant=AppealVariant.THREE_WEEKS,
                appeal_provision=told["appeal_provision"],
                appeal_is_example=True,
            ),
        )
        self.made["grant"] = grant
        for year, frame in told["yearly_frame"].items():
            grants.set_frame(officer, grant, SetFrame(year, frame, told["max_grantees"]))
        categories = tuple(told["cost_categories"])
        grants.set_categories(officer, grant, SetCategories(categories, personnel=categories[0]))
        for region, names in self.told["youth_homes"].items():
            region_id = facts.organisation_id(region) if region else None
            youth_homes.register(officer, RegisterYouthHomes(tuple(names), region_id))

    def _publish_forms(self, officer: Actor) -> None:
        grant = self.made["grant"]
        self.made["report-form"] = forms.publish(officer, grant, form_outlines.read(data("report-form.yaml")))
        self.made["framework"] = frameworks.publish(
            officer, grant, framework_outlines.read(data("expected-results.yaml"))
        )

    def _publish_call(self, officer: Actor, name: str, outline: str) -> None:
        told, grant = self.told["calls"][name], self.made["grant"]
        form = forms.publish(officer, grant, form_outlines.read(data(outline)))
        self.made["conditions"] = grants.publish_conditions(
            officer, grant, PublishConditions(tuple(told["conditions"]))
        )
        self.made[name] = calls.create(
            officer,
            grant,
            WriteCall(
                title=told["title"],
                about=told["about"],
                eligible=told["eligible"],
                opens_on=told["opens_on"],
                last_day=told["last_day"],
                years=tuple(WriteCallYear(**year) for year in told["years"]),
                application_form_id=form,
                report_form_id=self.made["report-form"],
                framework_version_id=self.made["framework"],
                condition_set_id=self.made["conditions"],
                extends_id=self.made["ordinary"] if name == "extra" else None,
                # The sums of the first round are those of the decisions of 2020-06-30.
                is_example=name == "extra",
            ),
        )
        calls.publish(officer, self.made[name])
        # As the worker does when a call has opened.
        calls.tell_opened()

    def _correct_extra(self) -> None:
        call, corrected = self.told["calls"]["extra"], self.told["calls"]["extra"]["corrected"]
        texts = CorrectTexts(call["title"], call["about"], corrected["eligible"], corrected["reason"], seen=0)
        calls.correct(actor_of(OFFICER), self.made["extra"], texts)

    # --- Ansökan -----------------------------------------------------------------------------------------------

    def _applying(self) -> Iterator[Step]:
        for key, told in self.regions.items():
            handed_in = moment(told["handed_in"])
            yield Step(handed_in - timedelta(days=14, hours=3), partial(self._start, key, "ordinary"))
            yield Step(handed_in - timedelta(days=6, hours=1), partial(self._fill_in, key))
            yield Step(handed_in, partial(self._hand_in, key, "ordinary"))

    def _start(self, key: str, call: str) -> None:
        told = self.regions[key]
        who = actor_of(f"{key}-ombud")
        self.applications[key, call] = applications.start(
            who, self.made[call], StartApplication(facts.organisation_id(told["name"]), told["unit"])
        )

    def _fill_in(self, key: str) -> None:
        told = self.regions[key]
        writer = actor_of(f"{key}-uppgiftssamordnare")
        answers: dict[int, Any] = {
            **told["answers"],
            3: f"{writer.name}, uppgiftssamordnare",
            4: facts.email_of(writer),
            20: YES,
        }
        homes = {home.name: home.id for home in homes_listed()}
        values = {f"q{number}": _text(value) for number, value in answers.items()}
        values["q5"] = "\n".join(str(homes[name]) for name in told["homes"])
        categories = facts.category_ids(self.made["grant"])
        for year, amounts in told["budget"].items():
            for category, amount in list(zip(categories, amounts, strict=True))[1:]:
                values[f"q18-y{year}_c{category}"] = str(amount)
        for position, (profession, percents, costs) in enumerate(told["staff"], start=1):
            values[f"q18-s{position}"] = Staff(profession, percents, costs).text()
        self._save(key, "ordinary", values)

    def _save(self, key: str, call: str, values: Mapping[str, str]) -> None:
        """Save the answers section by section, as the person would."""
        writer, application = actor_of(f"{key}-uppgiftssamordnare"), self.applications[key, call]
        definition = facts.application_form(application)
        for section in definition.sections:
            numbers = {question.field for question in section.questions}
            chosen = {name: text for name, text in values.items() if name.partition("-")[0] in numbers}
            if chosen:
                based_on = facts.draft(writer, application)
                applications.save_section(writer, application, section.key, SaveAnswers.over(based_on, chosen))

    def _hand_in(self, key: str, call: str) -> None:
        applications.submit(actor_of(f"{key}-ombud"), self.applications[key, call])
        if self.regions[key].get("sought_is_example"):
            db.close_read_session()
            services.mark_sought_as_example(self.applications[key, call])

    # --- Handläggare -------------------------------------------------------------------------------------------

    def _appointing(self) -> Iterator[Step]:
        """The chief shares out the cases; everybody has read what there is whenever a part of the work is done."""
        yield Step(moment("2020-04-21 09:00"), lambda: self._appoint(OFFICER, "skane", "vgregion", "ostergotland"))
        yield Step(moment("2020-04-21 09:05"), lambda: self._appoint(SECOND_OFFICER, "stockholm"))
        for day in ("2020-04-21 16:00", "2020-06-01 16:00", "2020-07-01 16:00", "2022-02-23 16:00", "2023-02-27 16:00"):
            for person in persons():
                yield Step(moment(day), partial(self._read_all, person.key))

    def _appoint(self, handler: str, *keys: str) -> None:
        ids = [facts.case_id(self.applications[key, "ordinary"]) for key in keys]
        handler_id = actor_of(handler).user_id
        cases.assign(actor_of(CHIEF), ids, AssignCases(handler_id))

    def _read_all(self, key: str) -> None:
        cases.note_all_read(actor_of(key))

    # --- Komplettering -----------------------------------------------------------------------------------------

    def _supplementing(self) -> Iterator[Step]:
        for key, told in self.regions.items():
            yield Step(moment("2020-05-06 10:00"), partial(self._ask, key))
            yield Step(moment(told["supplement"]["answered"]), partial(self._answer, key))
            yield Step(_on(told["meeting"], "15:00"), partial(self._meet, key))

    def _ask(self, key: str) -> None:
        told, application = self.regions[key]["supplement"], self.applications[key, "ordinary"]
        notes = {question_part(number): note for number, note in told["questions"].items()}
        budget = answers_of.budget_question(facts.application_form(application))
        if budget is None:
            raise LookupError("the pilot's form asks for a budget")
        names = self.told["grant"]["cost_categories"]
        ids = dict(zip(names, facts.category_ids(self.made["grant"]), strict=True))
        notes |= {row_part(budget, ids[name]): note for name, note in told.get("rows", {}).items()}
        self.made[f"supplement-{key}"] = supplements.request(
            actor_of(OFFICER), application, RequestSupplement(tuple(notes), told["reason"], SUPPLEMENT_LAST_DAY, notes)
        )

    def _answer(self, key: str) -> None:
        answers = self.regions[key]["supplement"]["answers"]
        self._save(key, "ordinary", {f"q{number}": text for number, text in answers.items()})
        supplements.answer(actor_of(f"{key}-ombud"), self.made[f"supplement-{key}"])

    def _meet(self, key: str) -> None:
        told = self.told["decision_2020"]
        starts_at, ends_at = (time.fromisoformat(at) for at in told["meeting_time"])
        present = (f"{key}-ombud", f"{key}-uppgiftssamordnare", OFFICER)
        file_notes.write(
            actor_of(OFFICER),
            facts.case_id(self.applications[key, "ordinary"]),
            WriteFileNote(
                occurred_on=self.regions[key]["meeting"],
                participants=tuple(f"{one.name}, {one.mandates[0].role.text}" for one in map(actor_of, present)),
                text=told["meeting"],
                contact=ContactKind.MEETING,
                starts_at=starts_at,
                ends_at=ends_at,
            ),
        )

    # --- Meddelanden -------------------------------------------------------------------------------------------

    def _writing_to_each_other(self) -> Iterator[Step]:
        for told in self.told["messages"]:
            yield Step(moment(told["at"]), partial(self._write, told))

    def _write(self, told: Mapping[str, Any]) -> None:
        case = facts.case_id(self.applications[told["region"], "ordinary"])
        written = messages.write(actor_of(told["by"]), case, WriteMessage(told["text"]))
        for reader in (OFFICER, f"{told['region']}-ombud", f"{told['region']}-uppgiftssamordnare"):
            messages.mark_read(actor_of(reader), case, written)

    # --- Beslut ------------------------------------------------------------------------------------------------

    def _deciding(self) -> Iterator[Step]:
        told = self.told["decision_2020"]
        yield Step(
            moment("2020-06-05 11:00"),
            lambda: self._communicate("stockholm", "ordinary", told["communication"], date(2020, 6, 22)),
        )
        yield Step(moment("2020-06-17 09:30"), lambda: self._reply("stockholm", told["reply"]))
        for key in self.regions:
            granted = key != "stockholm"
            if granted:
                yield Step(moment("2020-06-29 09:00"), partial(self._skip, key, "ordinary", told["skipped"]))
            outcome = Outcome.GRANTED if granted else Outcome.REFUSED
            reasons = told["granted"] if granted else told["refused"]
            amounts = self.regions[key]["budget"] if granted else {}
            yield from self._decision(
                key,
                "ordinary",
                outcome,
                reasons,
                told["covers"] if granted else "",
                amounts,
                date(2020, 6, 29),
                date(2020, 6, 30),
            )

    def _communicate(self, key: str, call: str, material: str, last_day: date) -> None:
        self.made[f"communication-{key}"] = communications.send(
            actor_of(OFFICER), self.applications[key, call], SendCommunication(material, last_day)
        )

    def _reply(self, key: str, text: str) -> None:
        communications.reply(
            actor_of(f"{key}-representant"), self.made[f"communication-{key}"], ReplyToCommunication(text)
        )

    def _skip(self, key: str, call: str, why: str) -> None:
        communications.skip(
            actor_of(OFFICER), self.applications[key, call], SkipCommunication(SkipGround.OBVIOUSLY_UNNEEDED, why)
        )

    def _decision(
        self,
        key: str,
        call: str,
        outcome: Outcome,
        reasons: str,
        covers: str,
        amounts: Mapping[int, list[int]],
        proposed: date,
        decided: date,
    ) -> Iterator[Step]:
        """Proposed by one, decided by another, sent by the registrator."""
        made = f"decision-{key}-{call}"

        def propose() -> None:
            categories = facts.category_ids(self.made["grant"])
            granted = {
                (year, category): amount
                for year, line in amounts.items()
                for category, amount in zip(categories, line, strict=True)
            }
            self.made[made] = decisions.propose(
                actor_of(OFFICER),
                self.applications[key, call],
                ProposeDecision(outcome, reasons, granted, covers=covers),
            )

        def decide() -> None:
            decisions.decide(actor_of(DECIDER), self.made[made], Decide(facts.proposal_sha256(self.made[made])))

        yield Step(_on(proposed, "14:00"), propose)
        yield Step(_on(decided, "10:00"), decide)
        yield Step(_on(decided, "13:00"), lambda: decisions.dispatch(actor_of(REGISTRAR), self.made[made]))

    # --- Utbetalning -------------------------------------------------------------------------------------------

    def _paying(self) -> Iterator[Step]:
        for key, told in self.regions.items():
            if "giro" in told:
                yield Step(moment("2020-12-07 10:00"), partial(self._ask_for_giro, key))
                yield Step(moment("2020-12-10 09:30"), partial(self._verify_giro, key))
                yield Step(
                    moment("2020-12-10 11:00"),
                    partial(self._approve_giro, key),
                )
        yield Step(moment("2021-01-08 09:00"), lambda: self._allot(2021))
        yield Step(moment("2022-01-07 09:00"), lambda: self._allot(2022))
        receivers = tuple(key for key in self.regions if key != "stockholm")
        yield from self._payment(receivers, "ordinary", 2021, date(2021, 1, 15))
        yield from self._payment(receivers, "ordinary", 2022, date(2022, 1, 14))

    def _ask_for_giro(self, key: str) -> None:
        told = self.regions[key]
        self.made[f"giro-{key}"] = giros.ask(
            actor_of(f"{key}-ombud"), AskForGiro(facts.organisation_id(told["name"]), told["giro"])
        )

    def _verify_giro(self, key: str) -> None:
        giros.verify(
            actor_of(FINANCE),
            self.made[f"giro-{key}"],
            VerifyGiro(GiroCheck.CALLED, "Ringde regionens växel och fick numret uppläst."),
        )

    def _approve_giro(self, key: str) -> None:
        giros.approve(actor_of(SECOND_FINANCE), self.made[f"giro-{key}"], ApproveGiro())

    def _allot(self, year: int) -> None:
        frame = self.told["grant"]["yearly_frame"][year]
        grants.allot(actor_of(FINANCE), self.made["grant"], year, AllotFrame(frame))

    def _payment(self, keys: tuple[str, ...], call: str, year: int, day: date) -> Iterator[Step]:
        """Registered, attested, put in an underlag and paid, within the day."""

        def chosen() -> ChosenPayments:
            return ChosenPayments(facts.payment_ids([self.made[f"decision-{key}-{call}"] for key in keys], year))

        made = f"batch-{'-'.join(keys)}-{call}-{year}"

        def batch() -> None:
            self.made[made] = payments.batch(actor_of(FINANCE), BatchPayments(chosen().payment_ids))

        def pay() -> None:
            payments.confirm(actor_of(SECOND_FINANCE), self.made[made], ConfirmPaid(chosen().payment_ids, day))

        yield Step(_on(day, "08:30"), lambda: payments.register(actor_of(FINANCE), chosen()))
        yield Step(
            _on(day, "09:15"), lambda: payments.attest(actor_of(SECOND_FINANCE), facts.seen(chosen().payment_ids))
        )
        yield Step(_on(day, "13:30"), batch)
        yield Step(_on(day, "15:30"), pay)

    # --- Omfördelning ------------------------------------------------------------------------------------------

    def _sharing_out(self) -> Iterator[Step]:
        yield Step(
            moment("2021-12-14 09:00"),
            lambda: self._publish_call(actor_of(OFFICER), "extra", "extra-application-form.yaml"),
        )
        yield Step(moment(self.told["calls"]["extra"]["corrected"]["at"]), self._correct_extra)
        told = self.told["decision_2022"]
        for key, region in self.regions.items():
            if "extra" not in region:
                continue
            extra = region["extra"]
            handed_in = moment(extra["handed_in"])
            yield Step(handed_in - timedelta(days=5), partial(self._start, key, "extra"))
            yield Step(handed_in - timedelta(days=2), partial(self._fill_in_extra, key))
            yield Step(handed_in, partial(self._hand_in, key, "extra"))
            whole = extra["sought"] == extra["granted"]
            if whole:
                yield Step(moment("2022-02-21 10:00"), partial(self._skip, key, "extra", told["skipped"]))
            yield from self._decision(
                key,
                "extra",
                Outcome.GRANTED if whole else Outcome.PARTLY,
                told["granted"] if whole else told["partly"],
                told["covers"],
                {2022: extra["granted"]},
                date(2022, 2, 21),
                date(2022, 2, 22),
            )
        yield Step(
            moment("2022-02-07 10:00"),
            lambda: self._communicate("skane", "extra", told["communication"], date(2022, 2, 16)),
        )
        yield Step(moment("2022-02-15 15:10"), lambda: self._reply("skane", told["reply"]))
        yield from self._payment(("skane", "ostergotland"), "extra", 2022, date(2022, 3, 15))
        yield from self._payment(("vgregion",), "extra", 2022, date(2022, 3, 25))

    def _fill_in_extra(self, key: str) -> None:
        extra = self.regions[key]["extra"]
        values = {f"q{number}": _text(value) for number, value in {**extra["answers"], 4: YES}.items()}
        for category, amount in zip(facts.category_ids(self.made["grant"]), extra["sought"], strict=True):
            values[f"q3-y2022_c{category}"] = str(amount)
        self._save(key, "extra", values)
        for section, number in (("sokande", 5), ("sokande", 6), ("behov", 7)):
            self._fetch(key, section, f"q{number}")

    def _fetch(self, key: str, section: str, question: str) -> None:
        """Take over what the region answered to the same question in the ordinary call."""
        writer, application = actor_of(f"{key}-uppgiftssamordnare"), self.applications[key, "extra"]
        frozen = facts.newest_version(self.applications[key, "ordinary"])
        asked = FetchAnswer(question, frozen)
        applications.save_section(writer, application, section, SaveAnswers({}, {}, fetch=asked))

    # --- Återrapportering --------------------------------------------------------------------------------------

    def _reporting(self) -> Iterator[Step]:
        for told in self.told["reports"]:
            handed_in = moment(told["handed_in"])
            yield Step(handed_in - timedelta(days=7), partial(self._answer_results, told))
            yield Step(handed_in - timedelta(days=3), partial(self._fill_in_economy, told, told["cost"], told["own"]))
            yield Step(handed_in - timedelta(days=2), partial(self._attest_economy, told))
            yield Step(handed_in, partial(self._hand_in_report, told))
            if "supplement" in told:
                asked = told["supplement"]
                answered = moment(asked["answered"])
                yield Step(moment(asked["asked"]), partial(self._ask_about_report, told))
                yield Step(
                    answered - timedelta(hours=3),
                    partial(self._fill_in_economy, told, told["supplement"]["cost"], told["own"]),
                )
                yield Step(answered - timedelta(hours=1), partial(self._attest_economy, told))
                yield Step(answered, partial(self._hand_in_report, told))
            if "approved" in told:
                yield Step(moment(told["approved"]) - timedelta(hours=2), partial(self._rate, told))
                yield Step(moment(told["approved"]), partial(self._approve, told))
            elif "reviewed" in told:
                yield Step(moment(told["reviewed"]), partial(self._rate, told))

    def _report(self, told: Mapping[str, Any]) -> int:
        organisation = facts.organisation_id(self.regions[told["region"]]["name"])
        return facts.report_id(self.made["grant"], organisation, told["year"])

    def _answer_results(self, told: Mapping[str, Any]) -> None:
        writer, report = actor_of(f"{told['region']}-uppgiftssamordnare"), self._report(told)
        shown = report_queries.page(writer, report)
        if shown is None:
            raise LookupError("the region does not see its own report")
        for result in shown.results:
            code, text = told["ratings"][result.code]
            rating, mattered, _ = _rating(code)
            short = rating in {Rating.PARTLY, Rating.NOT_MET}
            answer = ResultAnswer(
                rating=rating,
                text=f"{text}.",
                proviso_mattered=mattered,
                proviso_text=f"{text}." if mattered else "",
                causes=(self.told["cause"],) if short else (),
                measure=self.told["measure"] if short else "",
            )
            reports.save_result(writer, report, result.code, SaveResult(answer, result.stamp))

    def _fill_in_economy(self, told: Mapping[str, Any], cost: list[int], own: list[int]) -> None:
        economist, report = actor_of(f"{told['region']}-ekonom"), self._report(told)
        shown = report_queries.page(economist, report)
        if shown is None:
            raise LookupError("the region does not see its own report")
        rows: dict[int, SaveCost] = {}
        for row, spent, financed in zip(shown.economy.rows, cost, own, strict=True):
            written = replace(row, answer=CostAnswer(spent, financed))
            comment = told["comment"] if shown.economy.needs_comment(written) else ""
            rows[row.category_id] = SaveCost({"cost": spent, "own_financing": financed, "comment": comment}, row.stamp)
        reports.save_economy(economist, report, SaveEconomy(rows))

    def _attest_economy(self, told: Mapping[str, Any]) -> None:
        economist, report = actor_of(f"{told['region']}-ekonom"), self._report(told)
        shown = report_queries.page(economist, report)
        if shown is not None:
            reports.attest_economy(economist, report, AttestEconomy(shown.economy.sha256))

    def _hand_in_report(self, told: Mapping[str, Any]) -> None:
        reports.submit(actor_of(f"{told['region']}-ombud"), self._report(told))

    def _ask_about_report(self, told: Mapping[str, Any]) -> None:
        asked = told["supplement"]
        reviews.request_supplement(
            actor_of(OFFICER),
            self._report(told),
            RequestSupplement((ECONOMY,), asked["reason"], asked["last_day"]),
        )

    def _assessments(self, told: Mapping[str, Any]) -> dict[str, Assessment]:
        """The officer's own ratings: the region's, but where the story says that they differ."""
        found = {}
        for code, (said, _) in told["ratings"].items():
            own, _, officers = _rating(said)
            differs = officers is not own
            found[code] = Assessment(officers, self.told["officer_differs"] if differs else "")
        return found

    def _rate(self, told: Mapping[str, Any]) -> None:
        ids = facts.result_ids(self.made["grant"])
        nothing_yet = review_rules.stamp(0, Assessment())
        reviews.rate(
            actor_of(OFFICER),
            self._report(told),
            RateResults(
                tuple(RateResult(ids[code], each, nothing_yet) for code, each in self._assessments(told).items())
            ),
        )

    def _approve(self, told: Mapping[str, Any]) -> None:
        report = self._report(told)
        shown = review_queries.page(actor_of(OFFICER), report)
        if shown is None:
            raise LookupError("the officer does not see the report")
        reviews.approve(actor_of(OFFICER), report, ApproveReport(shown.fingerprint))

    # --- Påminnelser -------------------------------------------------------------------------------------------

    def _reminding(self) -> Iterator[Step]:
        """What the worker says by itself, early on the days when something has opened, is near its last day or is late."""
        years = [year for call in self.told["calls"].values() for year in call["years"]]
        asked = [told["supplement"]["last_day"] for told in self.told["reports"] if "supplement" in told]
        usual = ReminderDays()
        days = {year["report_opens_on"] for year in years}
        for last_days, before in (
            ({SUPPLEMENT_LAST_DAY, *asked}, usual.before_supplement),
            ({year["report_due_on"] for year in years}, usual.before_report),
        ):
            days |= {working_days.before(day, each) for day in last_days for each in before}
            days |= {working_days.after(day, usual.after) for day in last_days}
        for day in sorted(days):
            yield Step(_on(day, "06:00"), reminders.send)


RATINGS = {"U": Rating.MET, "D": Rating.PARTLY, "I": Rating.NOT_MET}


def _rating(told: str) -> tuple[Rating, bool, Rating]:
    """(the region's rating, whether the förbehåll mattered, the officer's rating) of «U F (D)»."""
    own = RATINGS[told[0]]
    officers = RATINGS[told[told.index("(") + 1]] if "(" in told else own
    return own, "F" in told, officers


def _text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)
