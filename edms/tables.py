"""Every table of the EDMS, imported so that the metadata is whole (migrations and schema tests need that)."""

from __future__ import annotations

from pathlib import Path

from edms.accounts import model as accounts
from edms.audit import model as audit
from edms.documents import model as documents
from edms.exchange import model as exchange
from edms.handover import model as handover
from edms.model import Base
from edms.organisation import model as organisation
from edms.registers import model as registers
from edms.secrecy import model as secrecy
from edms.signatures import model as signatures
from edms.workflow import model as workflow
from storage.migrations import History

SLICES = (organisation, accounts, audit, secrecy, documents, registers, workflow, signatures, exchange, handover)

HISTORY = History("edms", Path(__file__).parent / "migrations", Base.metadata)
"""The EDMS's own migrations."""
