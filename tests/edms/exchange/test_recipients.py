"""A document whose recipients have no identifier, as those from before the axis have none, does not go over it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from edms.documents.model import DocumentRecipient, DocumentState
from edms.exchange.errors import NotOnAxis
from tests.edms.ground import Town
from tests.provoked import provokes


@provokes("exchange.not-on-axis")
def test_without_a_recipient_on_the_axis_nothing_is_dispatched(town: Town) -> None:
    with town.services.database.begin() as tx:
        nobody = update(DocumentRecipient).where(DocumentRecipient.document_id == town.letter_id).values(organ_id="")
        tx.session.execute(nobody)
    with pytest.raises(NotOnAxis):
        town.services.dispatches.dispatch(town.actor("binh"), town.letter_id)
    assert town.document(town.letter_id).state is DocumentState.SEALED
