from datetime import UTC, datetime

import pytest

from grantportal.domain import reviews
from grantportal.domain.errors import RuleViolation
from grantportal.domain.reports import Charge, Rating
from grantportal.domain.reviews import Approval, Assessment

MET, PARTLY = Assessment(Rating.MET), Assessment(Rating.PARTLY)


def test_the_regions_own_rating_needs_no_comment():
    assert reviews.wrong_in(1, "A1", MET, own=Rating.MET) == ()


def test_another_rating_is_explained_beside_the_comment():
    (wrong,) = reviews.wrong_in(1, "A1", PARTLY, own=Rating.MET)
    assert wrong.field == "r1_comment"
    assert reviews.wrong_in(1, "A1", Assessment(Rating.PARTLY, "Bara påbörjat"), own=Rating.MET) == ()


def test_a_comment_without_a_rating_is_asked_again():
    (wrong,) = reviews.wrong_in(1, "A1", Assessment(None, "Bra"), own=Rating.MET)
    assert wrong.field == "r1_rating"


def answered(**texts):
    return {"results": [{"code": code, "rating": "Uppnått", "text": text} for code, text in texts.items()]}


@pytest.mark.parametrize(("hour", "codes"), [(9, {"A1"}), (10, {"A1"}), (11, {"A1"}), (12, set()), (13, set())])
def test_what_was_rated_before_its_answer_was_changed_is_rated_again(hour, codes):
    at = [datetime(2023, 3, 1, each, tzinfo=UTC) for each in (10, 12)]
    versions = list(zip(at, (answered(A1="Då", A2="Samma"), answered(A1="Nu", A2="Samma")), strict=True))
    rated = dict.fromkeys(("A1", "A2"), datetime(2023, 3, 1, hour, tzinfo=UTC))
    assert reviews.rated_before(versions, rated) == codes
    assert reviews.rated_before(versions[:1], rated) == set()
    assert reviews.rated_before(versions, {}) == set()


def test_every_result_is_rated_before_the_approval():
    own = {"A1": Rating.MET, "A2": Rating.PARTLY}
    with pytest.raises(RuleViolation, match=r"1 av 2 förväntade resultat är bedömda\. Bedöm först A2\."):
        reviews.ensure_all_rated(own, {"A1": MET})
    reviews.ensure_all_rated(own, {"A1": MET, "A2": PARTLY})


def test_a_komplettering_that_changes_the_regions_rating_asks_for_a_comment():
    with pytest.raises(RuleViolation, match="annan än regionens: A1"):
        reviews.ensure_all_rated({"A1": Rating.MET}, {"A1": PARTLY})


def test_what_is_approved_is_what_was_read():
    seen = reviews.fingerprint_of(1, {"A1": MET}, 100)
    reviews.ensure_same(seen, reviews.fingerprint_of(1, {"A1": MET}, 100), {})
    first = {"economy": {"unspent": 0}, "results": [{"code": "A1"}]}
    economy, answers = {**first, "economy": {"unspent": 1}}, {**first, "results": []}
    for now, newest, told in (
        ((2, {"A1": MET}, 100), economy, "regionens ekonomi"),
        ((2, {"A1": MET}, 99), economy, "regionens ekonomi, det som belastar bidraget"),
        ((2, {"A1": MET}, 100), answers, "regionens svar om resultaten"),
        ((2, {"A1": MET}, 100), first, "återrapporteringen, som är inskickad igen"),
        ((1, {"A1": PARTLY}, 100), first, "bedömningarna"),
        ((1, {"A1": MET}, 101), first, "det som belastar bidraget"),
    ):
        with pytest.raises(RuleViolation) as refusal:
            reviews.ensure_same(seen, reviews.fingerprint_of(*now), {1: first, 2: newest})
        assert refusal.value.message == (f"Det här har ändrats sedan du läste: {told}. Läs igen innan du godkänner.")


@pytest.mark.parametrize("seen", ["", "x", "1:2", "²:a:b", "9" * 5_000 + ":a:b"])
def test_an_approval_that_says_nothing_of_what_was_read_is_refused(seen):
    with pytest.raises(RuleViolation, match="Läs igen innan du godkänner"):
        reviews.ensure_same(seen, reviews.fingerprint_of(1, {}, 0), {1: {}})


def test_a_page_tells_what_it_showed():
    seen = reviews.stamp(3, MET)
    assert reviews.is_untouched(seen, MET)
    assert not reviews.is_untouched(seen, PARTLY)
    assert not reviews.is_outdated(seen, 3)
    assert reviews.is_outdated(seen, 4)


@pytest.mark.parametrize("seen", ["", ".", "x", "1.2.3", "9" * 10_000])
def test_a_stamp_that_no_page_made_has_seen_nothing(seen):
    assert not reviews.is_untouched(seen, MET)
    assert reviews.is_outdated(seen, 2)


def test_counts_leave_out_what_was_not_to_begin_and_what_is_not_rated():
    ratings = [Rating.MET, Rating.PARTLY, Rating.NOT_MET, Rating.NOT_APPLICABLE, None]
    assert reviews.met_of_assessed(ratings) == "1 av 3"


def test_nothing_rated_is_no_nought():
    assert reviews.met_of_assessed([None, Rating.NOT_APPLICABLE]) == "–"


def test_the_region_is_told_what_was_approved_by_whom_and_both_ratings_with_the_comment():
    at = datetime(2022, 4, 5, 9, tzinfo=UTC)
    of = Approval("Myndigheten", "Bo Exempel", at, 2021, 2, at, "f" * 64, {"A1": "Kriterier"}, Charge(120, 100))
    text = reviews.approval_told(of, {"A1": Rating.MET}, {"A1": Assessment(Rating.PARTLY, "Bara påbörjat")})
    assert text.replace("\xa0", " ").split("\n\n") == [
        "Myndigheten har granskat och godkänt återrapporteringen för 2021.",
        "Godkänd av Bo Exempel 5 april 2022 kl. 11:00.\n"
        "Det som är godkänt är version 2, som kom in 5 april 2022 kl. 11:00.\n"
        f"Fingeravtryck (SHA-256): {'f' * 64}",
        "Utbetalt för året: 100 kr.\nBelastar bidraget: 100 kr.\nÖver det utbetalda, er egen finansiering: 20 kr.",
        "A1 Kriterier\nVår bedömning: Delvis uppnått. Er egen bedömning: Uppnått.\nKommentar: Bara påbörjat",
    ]
