"""The skeleton: organisation, accounts, journal, documents, registers, workflow, signatures, exchange, handover.

Revision ID: edms_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "edms_0001"
down_revision = None
branch_labels = None
depends_on = None

JOURNAL_IS_APPEND_ONLY = """
CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION journal_refuses();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses();
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "agency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("abbreviation", sa.String(length=20), nullable=False),
        sa.Column("place_name", sa.String(length=100), nullable=False),
        sa.Column("superior_id", sa.Uuid(), nullable=True),
        sa.Column("issued_under", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["superior_id"], ["agency.id"], name=op.f("fk_agency_superior_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("actor", postgresql.JSONB(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
    )
    op.create_index("ix_journal_entry_subject", "journal_entry", ["subject_kind", "subject_id", "at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("full_name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "agency_identifier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=35), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_identifier_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_identifier")),
    )
    op.create_index("ix_agency_identifier_agency_id", "agency_identifier", ["agency_id"], unique=False)
    op.create_index(
        "uq_agency_identifier_open",
        "agency_identifier",
        ["value"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "register_book",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_register_book_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_book")),
        sa.UniqueConstraint("agency_id", "direction", "year", name=op.f("uq_register_book_agency_id_direction_year")),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("certificate_serial", sa.String(length=64), nullable=False),
        sa.Column("image_name", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_signing_key_agency_id_agency")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signing_key_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
    )
    op.create_index(op.f("ix_signing_key_agency_id"), "signing_key", ["agency_id"], unique=False)
    op.create_index(op.f("ix_signing_key_person_id"), "signing_key", ["person_id"], unique=False)
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("abbreviation", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_unit_agency_id_agency")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_agency_id"), "unit", ["agency_id"], unique=False)
    op.create_table(
        "position",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("capacity", sa.String(length=20), nullable=False),
        sa.Column("signs_as", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_position_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_index(op.f("ix_position_unit_id"), "position", ["unit_id"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_appointment_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id_person")),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_appointment_position_id_position")),
        postgresql.ExcludeConstraint(
            (sa.column("position_id"), "="),
            (sa.text("tstzrange(valid_from, valid_to)"), "&&"),
            where=sa.text("kind = 'holder'"),
            using="gist",
            name="ex_appointment_holder",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_person_id"), "appointment", ["person_id"], unique=False)
    op.create_index(op.f("ix_appointment_position_id"), "appointment", ["position_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("responsible_position_id", sa.Uuid(), nullable=True),
        sa.Column("type_name", sa.String(length=100), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("notation", sa.String(length=50), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issuer_name", sa.String(length=200), nullable=False),
        sa.Column("issuer_organ_id", sa.String(length=35), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("language", sa.String(length=30), nullable=False),
        sa.Column("page_amount", sa.Integer(), nullable=False),
        sa.Column("signer_position", sa.String(length=100), nullable=False),
        sa.Column("signer_name", sa.String(length=100), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("exchange_id", sa.String(length=200), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_document_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["responsible_position_id"], ["position.id"], name=op.f("fk_document_responsible_position_id_position")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_desk", "document", ["agency_id", "direction", "state", "created_at"], unique=False)
    op.create_index("ix_document_exchange_id", "document", ["agency_id", "exchange_id"], unique=False)
    op.create_index("ix_document_responsible", "document", ["responsible_position_id", "state"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("from_person_id", sa.Uuid(), nullable=False),
        sa.Column("to_person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("legal_act", sa.String(length=200), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by", postgresql.JSONB(), nullable=False),
        sa.Column("inventory", postgresql.JSONB(), nullable=False),
        sa.Column("inventory_sha256", sa.String(length=64), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", postgresql.JSONB(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", postgresql.JSONB(), nullable=False),
        sa.Column("objections", postgresql.JSONB(), nullable=False),
        sa.Column("parties", postgresql.JSONB(), nullable=False),
        sa.Column("minutes_sha256", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_handover_agency_id_agency")),
        sa.ForeignKeyConstraint(["from_person_id"], ["person.id"], name=op.f("fk_handover_from_person_id_person")),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_handover_position_id_position")),
        sa.ForeignKeyConstraint(["to_person_id"], ["person.id"], name=op.f("fk_handover_to_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(
        "uq_handover_open",
        "handover",
        ["position_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('prepared', 'confirmed')"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id_account")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_api_token_appointment_id_appointment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_api_token_token_sha256")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "arrived_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("hub_delivery_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("envelope_report", postgresql.JSONB(), nullable=False),
        sa.Column("quarantine_code", sa.String(length=60), nullable=False),
        sa.Column("quarantine_detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_arrived_message_agency_id_agency")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_arrived_message_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrived_message")),
        sa.UniqueConstraint("agency_id", "hub_delivery_id", name=op.f("uq_arrived_message_agency_id_hub_delivery_id")),
    )
    op.create_index(op.f("ix_arrived_message_document_id"), "arrived_message", ["document_id"], unique=False)
    op.create_table(
        "directive",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_directive_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive")),
    )
    op.create_index(op.f("ix_directive_document_id"), "directive", ["document_id"], unique=False)
    op.create_table(
        "dispatch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("exchange_id", sa.String(length=200), nullable=False),
        sa.Column("message_sha256", sa.String(length=64), nullable=False),
        sa.Column("message_size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("hub_message_id", sa.String(length=64), nullable=False),
        sa.Column("receipt_sha256", sa.String(length=64), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", postgresql.JSONB(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_dispatch_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint("document_id", name=op.f("uq_dispatch_document_id")),
    )
    op.create_table(
        "document_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("layout", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_file_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
    )
    op.create_index(op.f("ix_document_file_document_id"), "document_file", ["document_id"], unique=False)
    op.create_table(
        "document_recipient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_recipient_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_recipient")),
    )
    op.create_index(op.f("ix_document_recipient_document_id"), "document_recipient", ["document_id"], unique=False)
    op.create_table(
        "document_relation",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_relation_document_id_document")
        ),
        sa.ForeignKeyConstraint(["target_id"], ["document.id"], name=op.f("fk_document_relation_target_id_document")),
        sa.PrimaryKeyConstraint("document_id", "target_id", "kind", name=op.f("pk_document_relation")),
    )
    op.create_index(op.f("ix_document_relation_target_id"), "document_relation", ["target_id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_participant_document_id_document")),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_participant_position_id_position")),
        sa.PrimaryKeyConstraint("document_id", "position_id", "role", name=op.f("pk_participant")),
    )
    op.create_index(op.f("ix_participant_position_id"), "participant", ["position_id"], unique=False)
    op.create_table(
        "register_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id"], ["register_book.id"], name=op.f("fk_register_entry_book_id_register_book")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_register_entry_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("book_id", "document_id", name=op.f("uq_register_entry_book_id_document_id")),
        sa.UniqueConstraint("book_id", "number", name=op.f("uq_register_entry_book_id_number")),
    )
    op.create_index(op.f("ix_register_entry_document_id"), "register_entry", ["document_id"], unique=False)
    op.create_table(
        "status_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("staff_name", sa.String(length=300), nullable=False),
        sa.Column("staff_position", sa.String(length=300), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_sha256", sa.String(length=64), nullable=False),
        sa.Column("message_size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_status_event_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_event")),
        sa.UniqueConstraint(
            "document_id",
            "direction",
            "organ_id",
            "code",
            name=op.f("uq_status_event_document_id_direction_organ_id_code"),
        ),
    )
    op.create_index("ix_status_event_document_id", "status_event", ["document_id", "occurred_at"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_user_session_account_id_account")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_user_session_appointment_id_appointment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_user_session_token_sha256")),
    )
    op.create_index(op.f("ix_user_session_account_id"), "user_session", ["account_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("directive_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_assignment_directive_id_directive")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_assignment_document_id_document")),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_assignment_position_id_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_desk", "assignment", ["position_id", "state"], unique=False)
    op.create_index(op.f("ix_assignment_document_id"), "assignment", ["document_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("organ_id", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("business_status", sa.String(length=2), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_delivery_dispatch_id_dispatch")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_delivery_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("dispatch_id", "organ_id", name=op.f("uq_delivery_dispatch_id_organ_id")),
    )
    op.create_index(op.f("ix_delivery_document_id"), "delivery", ["document_id"], unique=False)
    op.create_table(
        "signature_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("certificate_serial", sa.String(length=64), nullable=False),
        sa.Column("certificate_subject", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_signature_record_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["document_file.id"], name=op.f("fk_signature_record_file_id_document_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_record")),
    )
    op.create_index(op.f("ix_signature_record_document_id"), "signature_record", ["document_id"], unique=False)
    op.create_table(
        "verification_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=15), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_verification_record_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["document_file.id"], name=op.f("fk_verification_record_file_id_document_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_record")),
    )
    op.create_index(op.f("ix_verification_record_document_id"), "verification_record", ["document_id"], unique=False)
    op.execute(JOURNAL_IS_APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f("ix_verification_record_document_id"), table_name="verification_record")
    op.drop_table("verification_record")
    op.drop_index(op.f("ix_signature_record_document_id"), table_name="signature_record")
    op.drop_table("signature_record")
    op.drop_index(op.f("ix_delivery_document_id"), table_name="delivery")
    op.drop_table("delivery")
    op.drop_index(op.f("ix_assignment_document_id"), table_name="assignment")
    op.drop_index("ix_assignment_desk", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_user_session_account_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_index("ix_status_event_document_id", table_name="status_event")
    op.drop_table("status_event")
    op.drop_index(op.f("ix_register_entry_document_id"), table_name="register_entry")
    op.drop_table("register_entry")
    op.drop_index(op.f("ix_participant_position_id"), table_name="participant")
    op.drop_table("participant")
    op.drop_index(op.f("ix_document_relation_target_id"), table_name="document_relation")
    op.drop_table("document_relation")
    op.drop_index(op.f("ix_document_recipient_document_id"), table_name="document_recipient")
    op.drop_table("document_recipient")
    op.drop_index(op.f("ix_document_file_document_id"), table_name="document_file")
    op.drop_table("document_file")
    op.drop_table("dispatch")
    op.drop_index(op.f("ix_directive_document_id"), table_name="directive")
    op.drop_table("directive")
    op.drop_index(op.f("ix_arrived_message_document_id"), table_name="arrived_message")
    op.drop_table("arrived_message")
    op.drop_index(op.f("ix_api_token_account_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(
        "uq_handover_open",
        table_name="handover",
        postgresql_where=sa.text("state IN ('prepared', 'confirmed')"),
    )
    op.drop_table("handover")
    op.drop_index("ix_document_responsible", table_name="document")
    op.drop_index("ix_document_exchange_id", table_name="document")
    op.drop_index("ix_document_desk", table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_appointment_position_id"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_person_id"), table_name="appointment")
    op.drop_table("appointment")
    op.drop_index(op.f("ix_position_unit_id"), table_name="position")
    op.drop_table("position")
    op.drop_index(op.f("ix_unit_agency_id"), table_name="unit")
    op.drop_table("unit")
    op.drop_index(op.f("ix_signing_key_person_id"), table_name="signing_key")
    op.drop_index(op.f("ix_signing_key_agency_id"), table_name="signing_key")
    op.drop_table("signing_key")
    op.drop_table("register_book")
    op.drop_index(
        "uq_agency_identifier_open", table_name="agency_identifier", postgresql_where=sa.text("valid_to IS NULL")
    )
    op.drop_index("ix_agency_identifier_agency_id", table_name="agency_identifier")
    op.drop_table("agency_identifier")
    op.drop_table("account")
    op.drop_table("person")
    op.drop_index("ix_journal_entry_subject", table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_table("agency")
    op.execute("DROP FUNCTION journal_refuses()")
    op.execute("DROP EXTENSION btree_gist")
