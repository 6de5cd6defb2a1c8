"""Use cases of the organisation."""

from __future__ import annotations

from uuid import UUID

from edms.organisation.actor import Actor
from edms.organisation.appointments import close_appointment, lock_position, open_appointment, require_authority
from edms.organisation.commands import Appoint, EndAppointment, OrganisationFile
from edms.organisation.errors import AppointmentUnknown, IdentifierTaken, PeriodReversed
from edms.organisation.loading import DirectoryLoader, Loaded
from edms.organisation.model import Appointment
from storage.errors import Duplicate
from storage.unit_of_work import Database


class OrganisationService:
    """Says who stands where. Nothing is ever deleted: rows are closed."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def appoint(self, actor: Actor, command: Appoint) -> UUID:
        """Put a person into a position and return the appointment's id.

        Raises `NotAllowed`, `PositionUnknown`, `PersonUnknown`, `PeriodReversed`, `PositionTaken`.
        """
        with self.database.begin() as tx:
            position = lock_position(tx, command.position_id)
            require_authority(actor, position)
            appointment = open_appointment(
                tx,
                actor,
                position,
                command.person_id,
                since=command.since or tx.now,
                until=command.until,
                kind=command.kind,
            )
            return appointment.id

    def end_appointment(self, actor: Actor, command: EndAppointment) -> None:
        """End an appointment: from that second its sessions and tokens open nothing.

        Raises `NotAllowed`, `AppointmentUnknown`, `AppointmentClosed`, `PeriodReversed` (an end in the past).
        """
        with self.database.begin() as tx:
            appointment = tx.session.get(Appointment, command.appointment_id)
            if appointment is None:
                raise AppointmentUnknown
            position = lock_position(tx, appointment.position_id)
            tx.session.refresh(appointment, ["valid_from", "valid_to"])
            require_authority(actor, position)
            if command.at is not None and command.at < tx.now:
                raise PeriodReversed
            close_appointment(tx, actor, appointment, command.at or tx.now)

    def load_directory(self, actor: Actor | None, file: OrganisationFile) -> Loaded:
        """Bring the directory to what `file` says, in one transaction; say what was created and what was corrected.

        With `actor` None the system acts, for each agency concerned. Loading the same file again changes nothing; what the file
        does not name stays as it is; an appointment that ended since stays ended. Names and titles that differ are corrected in
        place, and the journal keeps what they were.

        Raises `FileInconsistent`, `IdentifierTaken`, `PositionTaken`, `PeriodReversed`.
        """
        try:
            with self.database.begin() as tx:
                return DirectoryLoader(tx, actor, file).load()
        except Duplicate as refusal:
            if refusal.constraint == "uq_agency_identifier_open":
                raise IdentifierTaken from refusal
            raise
