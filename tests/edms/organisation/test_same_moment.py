"""Holdings that begin in the same moment: the order of their making decides."""

from __future__ import annotations

from edms.organisation.commands import Appoint, EndAppointment
from edms.organisation.queries import holder_of, last_holder_of
from edms.organisation.service import OrganisationService
from tests.builders import CLERK, Office


def test_of_holdings_begun_in_one_moment_the_last_one_made_counts(office: Office) -> None:
    organisation, position = OrganisationService(office.database), office.position(CLERK)
    now = office.database.clock.now()

    def end() -> None:
        with office.database.reading() as session:
            standing = holder_of(session, position, now)
            assert standing is not None
        organisation.end_appointment(office.actor("an"), EndAppointment(standing.appointment_id))

    def last() -> str:
        with office.database.reading() as session:
            found = last_holder_of(session, position, now)
            assert found is not None
            return found.person_name

    end()
    seen = []
    for short in ("chi", "dung", "chi"):
        organisation.appoint(office.actor("an"), Appoint(office.person(short), position))
        seen.append(last())
        end()
        seen.append(last())
    assert seen[0] == seen[1] == seen[4] == seen[5] != seen[2] == seen[3]
