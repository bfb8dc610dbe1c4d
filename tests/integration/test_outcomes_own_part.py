"""What a person is asked and has answered, in their own page, by the link that enrolment told of."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from event_contracts.enrolment import LinkChanged, PersonChanged
from service_kit.ids import new_id
from support.outcomes_bench import STAFF_TOKEN, OutcomesBench, Participant, bearer, eventually, outcomes

__all__ = ["outcomes"]

TOKEN = "own-" + "t" * 39
LINK = new_id()


async def tell_link(bench: OutcomesBench, person: UUID, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "link_id": LINK,
        "sequence": 1,
        "participant_id": person,
        "purpose": "own_page",
        "token": TOKEN,
        "status": "issued",
        "expires_at": datetime(2036, 1, 1, tzinfo=UTC),
        "changed_at": datetime.now(UTC),
    }
    told = LinkChanged(**facts | changes)
    kind = "enrolment.link.changed.v1"
    await bench.publish(kind, f"{kind}.07", told, about=LINK, sequence=told.sequence)


async def stand(bench: OutcomesBench, person: UUID, sequence: int, status: str, *, into: UUID | None = None) -> None:
    told = PersonChanged(participant_id=person, sequence=sequence, status=status, merged_into=into, changed_at=datetime.now(UTC))
    kind = "enrolment.person.changed.v1"
    await bench.publish(kind, f"{kind}.07", told, about=person, sequence=sequence)


async def shows(bench: OutcomesBench, words: str, *, status: int = 200, lang: str = "en") -> str:
    """The page, once it has this status and these words."""

    async def page() -> str | None:
        answer = await bench.client.get(f"/outcomes/me/{TOKEN}/part?lang={lang}")
        return answer.text if answer.status_code == status and words in answer.text else None

    found: str = await eventually(page)
    return found


async def a_person_who_is_asked(bench: OutcomesBench) -> tuple[Participant, Any]:
    person = Participant()
    await bench.tell_enrolment(person)
    await bench.tell_place(person)
    return person, await bench.questionnaire(person, "baseline", "due")


async def test_a_person_sees_what_is_to_be_answered_and_what_was(outcomes: OutcomesBench) -> None:
    person, baseline = await a_person_who_is_asked(outcomes)
    assert (await outcomes.client.get(f"/outcomes/me/{TOKEN}/part")).status_code == 410
    await tell_link(outcomes, person.participant_id)
    page = await shows(outcomes, "Please answer by")
    assert f'href="/outcomes/q/{baseline["token"]}?lang=en"' in page
    assert (await outcomes.client.get(f"/outcomes/q/{baseline['token']}?lang=en")).status_code == 200
    assert "We send you these on" in page
    assert "Ateb y cwestiynau" in await shows(outcomes, "Cwestiynau cyn i chi ddechrau", lang="cy")
    given = {"NRS": {"pain": 7}}
    path = f"/outcomes/questionnaires/{baseline['questionnaire_id']}/answers"
    entered = await outcomes.client.post(path, json={"answers": given}, headers=bearer(STAFF_TOKEN))
    assert entered.status_code == 200, entered.text
    assert baseline["token"] not in await shows(outcomes, "You answered on")
    [row] = await outcomes.query("SELECT * FROM own_links")
    assert TOKEN not in str(dict(row))
    await tell_link(outcomes, person.participant_id, sequence=2, status="revoked", token=None)
    await shows(outcomes, "", status=410)


async def test_a_link_that_was_taken_back_is_not_shown(outcomes: OutcomesBench) -> None:
    person, baseline = await a_person_who_is_asked(outcomes)
    await tell_link(outcomes, person.participant_id)
    await shows(outcomes, "Please answer by")
    path = f"/outcomes/questionnaires/{baseline['questionnaire_id']}/link/revoke"
    assert (await outcomes.client.post(path, headers=bearer(STAFF_TOKEN))).status_code == 200
    assert "/outcomes/q/" not in await shows(outcomes, "ask the team for a new link")


async def test_a_link_from_before_a_merge_shows_what_its_person_is_asked_now(outcomes: OutcomesBench) -> None:
    survivor, baseline = await a_person_who_is_asked(outcomes)
    merged = new_id()
    await tell_link(outcomes, merged)
    await shows(outcomes, "We have no questions for you now")
    await stand(outcomes, merged, 2, "merged", into=survivor.participant_id)
    assert baseline["token"] in await shows(outcomes, "Please answer by")
    await stand(outcomes, merged, 3, "active")
    await shows(outcomes, "We have no questions for you now")
    await stand(outcomes, merged, 4, "deceased")
    await shows(outcomes, "", status=410)


async def test_a_person_sees_what_they_were_pointed_to(outcomes: OutcomesBench) -> None:
    person, _ = await a_person_who_is_asked(outcomes)
    await tell_link(outcomes, person.participant_id)
    assert "What you could do next" not in await shows(outcomes, "Your questions")
    await outcomes.query(
        "INSERT INTO signposting (signposting_id, sequence, participant_id, enrolment_id, signposts, issued_at)"
        " VALUES ($1, 1, $2, $3, $4, now())",
        new_id(),
        person.participant_id,
        person.enrolment_id,
        '[{"code": "walks", "title": "Walks, Tuesdays", "url": "https://walks.example.org"}]',
    )
    page = await shows(outcomes, "What you could do next")
    assert 'href="https://walks.example.org"' in page
    assert "Walks, Tuesdays" in page
    assert "Yr hyn y gallech ei wneud nesaf" in await shows(outcomes, "Walks, Tuesdays", lang="cy")
