"""Draft, sign, number, seal: over a real database with a live authority, in the law's order and once."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from sqlalchemy import select

from edms.documents.commands import ReturnDraft
from edms.documents.errors import NotYours, WrongState
from edms.documents.model import Direction, DocumentState
from edms.organisation.commands import Appoint, EndAppointment
from edms.organisation.service import OrganisationService
from edms.registers.model import RegisterBook, RegisterEntry
from edms.signatures.errors import FileChanged, KeyNotRegistered, SealNotValid, SignerChanged
from edms.signatures.model import KeyKind, SignatureRecord
from edms.signatures.service import GivePin, SignatureService
from signing.errors import TimestampUnavailable, WrongPin
from signing.pdf import validate_pdf
from signing.providers import KeyProvider
from signing.providers.base import OpenKey
from signing.verdicts import Verdict
from tests.builders import CHAIRMAN
from tests.edms.ground import HERE, PIN, THERE, VICE_CHAIRMAN, Town
from tests.provoked import provokes

RIGHT, WRONG = GivePin(PIN), GivePin("000000")


def numbers_given(town: Town) -> list[int]:
    """Every line of the book of outgoing documents here, in its order."""
    query = (
        select(RegisterEntry.number)
        .join(RegisterBook, RegisterBook.id == RegisterEntry.book_id)
        .where(RegisterBook.direction == Direction.OUTGOING, RegisterBook.agency_id == town.offices[HERE].agency_id)
        .order_by(RegisterEntry.number)
    )
    with town.services.database.reading() as session:
        return list(session.scalars(query))


def signatures_on(town: Town, document_id: UUID) -> list[KeyKind]:
    query = select(SignatureRecord.kind).where(SignatureRecord.document_id == document_id)
    with town.services.database.reading() as session:
        return list(session.scalars(query.order_by(SignatureRecord.signed_at)))


def test_a_sealed_letter_has_its_number_and_two_valid_signatures(town: Town) -> None:
    letter = town.document(town.letter_id)
    assert (letter.state, letter.code) == (DocumentState.SEALED, "01/UBND-VP")
    assert signatures_on(town, letter.id) == [KeyKind.PERSONAL, KeyKind.SEAL]
    with town.services.documents.blobs.open(letter.main_file().sha256) as stream:  # type: ignore[union-attr]
        report = validate_pdf(stream, town.pki.trust(), town.clock.now())
    assert report.verdict is Verdict.VALID
    assert [one.verdict for one in report.signatures] == [Verdict.VALID, Verdict.VALID]
    page = town.page(town.actor("binh"), letter.id)
    assert (page.verdict, [one.verdict for one in page.signatures]) == ("valid", ["valid", "valid"])
    assert page.actions == ("dispatch",)


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed")
def test_poppler_agrees(town: Town, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(town.bytes_of(town.letter_id))
    told = subprocess.run(
        ["pdfsig", "-nocert", "letter.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout
    assert told.count("Signature is Valid") == 2, told
    assert told.count("Total document signed") == 1, told


@provokes("signing.wrong-pin")
def test_a_wrong_pin_leaves_everything_as_it_was(town: Town) -> None:
    draft_id = town.draft()
    before = town.document(draft_id)
    with pytest.raises(WrongPin):
        town.services.signatures.sign(town.actor("an"), draft_id, WRONG)
    after = town.document(draft_id)
    assert (after.state, after.version) == (before.state, before.version)
    assert [file.sha256 for file in after.files] == [file.sha256 for file in before.files]
    assert signatures_on(town, draft_id) == []


@pytest.mark.parametrize("fault", ["wrong PIN", "time-stamping authority away"])
def test_a_number_is_spent_once_though_sealing_fails_and_is_tried_again(town: Town, fault: str) -> None:
    signatures = town.services.signatures
    away = replace(signatures.tools, timestamp_url="http://127.0.0.1:1/tsa")
    lame = SignatureService(signatures.database, signatures.blobs, signatures.registers, away)
    failing, pin, problem = (
        (signatures, WRONG, WrongPin) if fault == "wrong PIN" else (lame, RIGHT, TimestampUnavailable)
    )
    for _ in range(2):
        with pytest.raises(problem):
            failing.number_and_seal(town.actor("binh"), town.signed_id, pin)
        kept = town.document(town.signed_id)
        assert (kept.state, kept.code) == (DocumentState.NUMBERED, "02/UBND-VP")
    assert town.page(town.actor("yen"), town.signed_id).actions == ("number_and_seal",)
    signatures.number_and_seal(town.actor("yen"), town.signed_id, RIGHT)
    sealed = town.document(town.signed_id)
    assert (sealed.state, sealed.code) == (DocumentState.SEALED, "02/UBND-VP")
    assert numbers_given(town) == [1, 2]


def test_two_clerks_who_seal_at_once_get_one_number_and_one_sealed_file(town: Town) -> None:
    def seal(short: str) -> str:
        try:
            town.services.signatures.number_and_seal(town.actor(short), town.signed_id, RIGHT)
        except (WrongState, FileChanged) as refusal:
            return refusal.code
        return "sealed"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(seal, ["binh", "yen"]))
    assert outcomes.count("sealed") == 1, outcomes
    assert numbers_given(town) == [1, 2]
    assert signatures_on(town, town.signed_id) == [KeyKind.PERSONAL, KeyKind.SEAL]
    sealed = [one for one in town.document(town.signed_id).files if one.name == "02-UBND-VP.pdf"]
    assert [one.superseded_at for one in sealed] == [None]


def test_nothing_is_sealed_that_nobody_has_signed_and_no_number_is_spent(town: Town) -> None:
    draft_id = town.draft()
    with pytest.raises(WrongState):
        town.services.signatures.number_and_seal(town.actor("binh"), draft_id, RIGHT)
    assert town.document(draft_id).number == ""
    assert numbers_given(town) == [1]


def test_only_the_leader_whom_the_draft_names_signs_it(town: Town) -> None:
    draft_id = town.draft(by="phuc")
    for short in ("phuc", "binh"):
        with pytest.raises(NotYours):
            town.services.signatures.sign(town.actor(short), draft_id, RIGHT)
    town.services.documents.return_draft(town.actor("an"), draft_id, ReturnDraft("Bổ sung căn cứ."))
    assert "sign" not in town.page(town.actor("phuc"), draft_id).actions
    with pytest.raises(NotYours):
        town.services.signatures.sign(town.actor("phuc"), draft_id, RIGHT)


def test_a_draft_is_not_submitted_to_a_position_that_does_not_sign(town: Town) -> None:
    for signer in (town.offices[HERE].position("van-phong/chuyen-vien"), town.offices[THERE].position(CHAIRMAN)):
        with pytest.raises(NotYours):
            town.draft(signer_position_id=signer)


@provokes("signatures.file-changed")
def test_nobody_signs_a_version_that_he_has_not_seen(town: Town) -> None:
    draft_id = town.draft()
    seen = town.document(draft_id).version
    documents, leader, drafter = town.services.documents, town.actor("an"), town.actor("chi")
    documents.return_draft(leader, draft_id, ReturnDraft("Bổ sung căn cứ."))
    draft = documents.draft_of(drafter, draft_id)
    documents.edit(drafter, draft_id, draft.version, replace(draft.command, body="Nội dung khác hẳn."))
    with pytest.raises(FileChanged):
        town.services.signatures.sign(leader, draft_id, GivePin(PIN, version=seen))
    assert town.document(draft_id).state is DocumentState.DRAFT


@provokes("signatures.signer-changed")
def test_a_new_chairman_does_not_sign_over_the_former_ones_name(town: Town) -> None:
    draft_id, office = town.draft(), town.offices[HERE]
    organisation = OrganisationService(town.services.database)
    former = town.actor("an")
    assert former.appointment_id is not None
    organisation.end_appointment(office.system(), EndAppointment(former.appointment_id))
    organisation.appoint(office.system(), Appoint(office.person("phuc"), office.position(CHAIRMAN)))
    chairman = replace(town.actor("phuc"), position_id=office.position(CHAIRMAN))
    with pytest.raises(SignerChanged):
        town.services.signatures.sign(chairman, draft_id, RIGHT)
    draft = town.services.documents.draft_of(chairman, draft_id)
    town.services.documents.edit(chairman, draft_id, draft.version, draft.command)
    edited = town.document(draft_id)
    assert edited.signer_name == "Đỗ Hồng Phúc"
    assert edited.body["drafted_by"]["person_name"] == "Lê Thị Chi", "who drafted it stays who drafted it"


@provokes("signatures.key-not-registered")
def test_a_leader_without_a_key_is_told_so(town: Town) -> None:
    draft_id = town.draft(signer_position_id=town.offices[HERE].position(VICE_CHAIRMAN))
    keyless = replace(town.actor("phuc"), person_id=UUID(int=9))
    with pytest.raises(KeyNotRegistered):
        town.services.signatures.sign(keyless, draft_id, RIGHT)


@dataclass
class Meddling:
    """A key provider that lets something happen while the key is open."""

    keys: KeyProvider
    meanwhile: Callable[[], None]

    def certificate(self, reference: str) -> x509.Certificate:
        return self.keys.certificate(reference)

    @contextmanager
    def open(self, reference: str, secret: str) -> Iterator[OpenKey]:
        with self.keys.open(reference, secret) as key:
            self.meanwhile()
            yield key


def test_what_was_edited_while_it_was_being_signed_is_not_signed(town: Town) -> None:
    draft_id, leader = town.draft(), town.actor("an")
    documents, signatures = town.services.documents, town.services.signatures

    def edit() -> None:
        draft = documents.draft_of(leader, draft_id)
        documents.edit(leader, draft_id, draft.version, replace(draft.command, body="Nội dung khác hẳn."))

    tools = replace(signatures.tools, keys=Meddling(signatures.tools.keys, edit))
    meddled = SignatureService(signatures.database, signatures.blobs, signatures.registers, tools)
    with pytest.raises(FileChanged):
        meddled.sign(leader, draft_id, RIGHT)
    assert town.document(draft_id).state is DocumentState.DRAFT
    assert signatures_on(town, draft_id) == []


@provokes("signatures.seal-not-valid")
def test_a_sealed_file_that_does_not_verify_is_not_kept(town: Town) -> None:
    """The clock is set back while the clerk seals, so that the time-stamps lie in the future of the one who verifies."""
    signatures = town.services.signatures
    back = Meddling(signatures.tools.keys, lambda: town.clock.advance(-timedelta(days=1)))
    tools = replace(signatures.tools, keys=back)
    meddled = SignatureService(signatures.database, signatures.blobs, signatures.registers, tools)
    with pytest.raises(SealNotValid):
        meddled.number_and_seal(town.actor("binh"), town.signed_id, RIGHT)
    assert signatures_on(town, town.signed_id) == [KeyKind.PERSONAL]
    town.clock.advance(timedelta(days=1))
    signatures.number_and_seal(town.actor("binh"), town.signed_id, RIGHT)
    assert town.document(town.signed_id).state is DocumentState.SEALED
