"""What surrounds every page: who is signed in, in which position, where one may go, and what waits there."""

from __future__ import annotations

from edms.accounts.authentication import signed_in
from edms.bootstrap import Services
from edms.organisation.model import Capacity
from edms.secrecy.queries import is_guard, open_incidents
from edms.web.shell import ActingChoice, Frame, NavigationEntry
from edms.web.translations import mark
from edms.workflow.queries import waiting_count


def frame_of(services: Services) -> Frame | None:
    """Return the frame of the present request's person, or None when nobody is signed in."""
    found = signed_in()
    if found is None:
        return None
    actor = found.actor
    with services.database.reading() as session:
        now = services.database.clock.now()
        waiting, watches = waiting_count(session, actor), is_guard(session, actor, now)
        incidents = open_incidents(session, actor, now)
    entries = [NavigationEntry(mark("Việc cần làm"), "/", "desk", waiting)]
    if actor.capacity == Capacity.LEADER:
        entries.append(NavigationEntry(mark("Bàn lãnh đạo"), "/leader", "direct"))
    entries += [
        NavigationEntry(mark("Văn bản đến"), "/documents/incoming", "incoming"),
        NavigationEntry(mark("Văn bản đi"), "/documents/outgoing", "outgoing"),
        NavigationEntry(mark("Bàn giao"), "/handovers", "handover"),
    ]
    if actor.capacity == Capacity.CLERK:
        entries.append(NavigationEntry(mark("Gói tin cách ly"), "/quarantine", "warning"))
    if watches:
        entries.append(NavigationEntry(mark("Sự việc bảo mật"), "/secrecy", "key", incidents))
    choices = tuple(
        ActingChoice(one.appointment_id, one.position_title, one.agency_name)
        for one in services.accounts.choices(actor)
        if one.appointment_id != actor.appointment_id
    )
    return Frame(actor.agency_name, actor.person_name, actor.position_title, tuple(entries), choices)
