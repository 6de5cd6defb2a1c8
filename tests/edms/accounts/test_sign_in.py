"""Signing in: one answer for every failure, growing waits, sessions and tokens that die with their appointment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from edms.accounts.commands import IssueToken, NewAccount
from edms.accounts.errors import (
    AccountLocked,
    AppointmentNotYours,
    LoginTaken,
    NoAppointment,
    NotAllowed,
    PasswordUnfit,
    SignInRefused,
    TokenUnknown,
)
from edms.accounts.model import Account, UserSession
from edms.accounts.passwords import Passwords
from edms.accounts.queries import tokens_of
from edms.accounts.rules import FREE_ATTEMPTS, LONGEST_WAIT, wait_after
from edms.accounts.service import AccountService, Signed
from edms.audit.queries import history
from edms.organisation.commands import Appoint, EndAppointment
from edms.organisation.model import AppointmentKind
from edms.organisation.service import OrganisationService
from storage.clock import ManualClock
from storage.unit_of_work import Database
from tests.builders import Office
from tests.provoked import provokes

PASSWORD = "hoa dã quỳ vàng"
REMOTE = "203.0.113.7"


@pytest.fixture
def binh(accounts: AccountService, office: Office) -> UUID:
    """The clerk's account."""
    return accounts.create_account(office.system(), NewAccount(office.person("binh"), "Binh", PASSWORD))


def signed(accounts: AccountService, login: str = "binh") -> Signed:
    token = accounts.sign_in(login, PASSWORD, REMOTE).token
    found = accounts.authenticate_session(token, accounts.database.clock.now())
    assert found is not None
    return found


def test_a_session_acts_in_the_position_and_is_journalled(
    accounts: AccountService, office: Office, binh: UUID, edms_database: Database
) -> None:
    opened = accounts.sign_in(" BINH ", PASSWORD, REMOTE)
    found = accounts.authenticate_session(opened.token, edms_database.clock.now())
    assert found is not None
    assert found.actor == office.actor("binh")
    assert [choice.position_title for choice in opened.choices] == ["Văn thư"]
    with edms_database.reading() as session:
        acts = history(session, "account", binh)
        stored = session.scalars(select(UserSession)).one()
    assert [act.act for act in acts] == ["account.created", "account.signed-in"]
    assert acts[-1].sentence() == "Trần Thị Bình (Văn thư, Ủy ban nhân dân ubnd-xa-b) đã đăng nhập từ 203.0.113.7."
    assert opened.token not in repr(vars(stored))


@pytest.mark.parametrize(("login", "password"), [("binh", "sai mật khẩu"), ("khong-co", PASSWORD), ("", "")])
def test_unknown_login_and_wrong_password_get_the_same_answer(
    accounts: AccountService, binh: UUID, login: str, password: str
) -> None:
    with pytest.raises(SignInRefused) as refusal:
        accounts.sign_in(login, password, REMOTE)
    assert (refusal.value.detail, refusal.value.facts) == ("", {})


def test_too_many_failures_refuse_even_the_right_password_until_the_wait_is_over(
    accounts: AccountService, binh: UUID, clock: ManualClock
) -> None:
    for _ in range(FREE_ATTEMPTS + 1):
        with pytest.raises(SignInRefused):
            accounts.sign_in("binh", "sai mật khẩu", REMOTE)
    with pytest.raises(SignInRefused):
        accounts.sign_in("binh", PASSWORD, REMOTE)
    clock.advance(wait_after(FREE_ATTEMPTS + 1))
    assert signed(accounts).session is not None
    with accounts.database.reading() as session:
        account = session.get_one(Account, binh)
        assert (account.failed_attempts, account.blocked_until) == (0, None)


def test_guesses_made_at_the_same_time_are_all_counted(accounts: AccountService, binh: UUID) -> None:
    def guess(number: int) -> None:
        with pytest.raises(SignInRefused):
            accounts.sign_in("binh", f"đoán thử {number}", REMOTE)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(guess, range(FREE_ATTEMPTS + 1)))
    with accounts.database.reading() as session:
        assert session.get_one(Account, binh).failed_attempts == FREE_ATTEMPTS + 1


def test_a_session_ends_after_twelve_hours_to_the_second(
    accounts: AccountService, binh: UUID, clock: ManualClock
) -> None:
    token = accounts.sign_in("binh", PASSWORD, REMOTE).token
    clock.advance(timedelta(hours=12, microseconds=-1))
    assert accounts.authenticate_session(token, clock.now()) is not None
    clock.advance(timedelta(microseconds=1))
    assert accounts.authenticate_session(token, clock.now()) is None


@provokes("accounts.no-appointment")
def test_session_and_token_die_with_the_appointment_without_a_write(
    accounts: AccountService, office: Office, binh: UUID, clock: ManualClock
) -> None:
    session_token = accounts.sign_in("binh", PASSWORD, REMOTE).token
    bearer = accounts.issue_token(office.actor("binh"), IssueToken("máy quét"))
    end = clock.now() + timedelta(hours=1)
    OrganisationService(accounts.database).end_appointment(
        office.actor("an"), EndAppointment(office.actor("binh").appointment_id or UUID(int=0), end)
    )
    before = end - timedelta(microseconds=1)
    assert accounts.authenticate_session(session_token, before) is not None
    assert accounts.authenticate_token(bearer, before) is not None
    assert accounts.authenticate_session(session_token, end) is None
    assert accounts.authenticate_token(bearer, end) is None
    clock.advance(timedelta(hours=2))
    with pytest.raises(NoAppointment):
        accounts.sign_in("binh", PASSWORD, REMOTE)


@provokes("accounts.locked", "accounts.not-allowed", "accounts.sign-in-refused")
def test_a_locked_account_is_shut_out_at_once(accounts: AccountService, office: Office, binh: UUID) -> None:
    token = accounts.sign_in("binh", PASSWORD, REMOTE).token
    bearer = accounts.issue_token(office.actor("binh"), IssueToken("máy quét"))
    with pytest.raises(NotAllowed):
        accounts.lock_account(office.actor("chi"), binh)
    accounts.lock_account(office.actor("an"), binh)
    accounts.lock_account(office.actor("an"), binh)
    now = accounts.database.clock.now()
    assert accounts.authenticate_session(token, now) is None
    assert accounts.authenticate_token(bearer, now) is None
    with pytest.raises(AccountLocked):
        accounts.sign_in("binh", PASSWORD, REMOTE)
    with pytest.raises(SignInRefused):
        accounts.sign_in("binh", "sai mật khẩu", REMOTE)


def test_signing_out_ends_the_session_and_may_be_repeated(accounts: AccountService, binh: UUID) -> None:
    token = accounts.sign_in("binh", PASSWORD, REMOTE).token
    found = accounts.authenticate_session(token, accounts.database.clock.now())
    assert found is not None
    accounts.sign_out(found)
    accounts.sign_out(found)
    assert accounts.authenticate_session(token, accounts.database.clock.now()) is None
    with accounts.database.reading() as session:
        assert [act.act for act in history(session, "account", binh)].count("account.signed-out") == 1


def test_switching_changes_the_actor_and_the_form_token(
    accounts: AccountService, office: Office, binh: UUID, clock: ManualClock
) -> None:
    acting = OrganisationService(accounts.database).appoint(
        office.actor("an"),
        Appoint(office.person("binh"), office.position("van-phong/chuyen-vien"), AppointmentKind.ACTING),
    )
    opened = accounts.sign_in("binh", PASSWORD, REMOTE)
    assert [choice.kind for choice in opened.choices] == [AppointmentKind.HOLDER, AppointmentKind.ACTING]
    before = accounts.authenticate_session(opened.token, clock.now())
    assert before is not None
    accounts.switch(before, acting)
    after = accounts.authenticate_session(opened.token, clock.now())
    assert after is not None
    assert after.actor.position_title == "Chuyên viên"
    assert before.session is not None
    assert after.session is not None
    assert before.session.csrf_token != after.session.csrf_token


@provokes("accounts.appointment-not-yours")
def test_nobody_switches_into_another_persons_appointment(accounts: AccountService, office: Office, binh: UUID) -> None:
    with pytest.raises(AppointmentNotYours):
        accounts.switch(signed(accounts), office.actor("an").appointment_id or UUID(int=0))


def test_a_session_of_another_persons_appointment_opens_nothing(
    accounts: AccountService, office: Office, binh: UUID
) -> None:
    token = accounts.sign_in("binh", PASSWORD, REMOTE).token
    with accounts.database.begin() as tx:
        tx.session.execute(update(UserSession).values(appointment_id=office.actor("an").appointment_id))
    assert accounts.authenticate_session(token, accounts.database.clock.now()) is None


def test_authenticating_asks_one_statement(accounts: AccountService, office: Office, binh: UUID) -> None:
    token = accounts.sign_in("binh", PASSWORD, REMOTE).token
    bearer = accounts.issue_token(office.actor("binh"), IssueToken("máy quét"))
    asked: list[str] = []
    event.listen(accounts.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    now = accounts.database.clock.now()
    assert accounts.authenticate_session(token, now) is not None
    assert accounts.authenticate_token(bearer, now) is not None
    assert len(asked) == 2, asked


@provokes("accounts.token-unknown")
def test_tokens_are_told_once_listed_and_revoked_by_their_owner(
    accounts: AccountService, office: Office, binh: UUID, clock: ManualClock
) -> None:
    bearer = accounts.issue_token(office.actor("binh"), IssueToken("máy quét", valid_days=30))
    with accounts.database.reading() as session:
        (listed,) = tokens_of(session, office.actor("binh"), clock.now())
    assert (listed.name, listed.position_title) == ("máy quét", "Văn thư")
    with pytest.raises(TokenUnknown):
        accounts.revoke_token(office.actor("chi"), listed.id)
    clock.advance(timedelta(days=29))
    assert accounts.authenticate_token(bearer, clock.now()) is not None
    accounts.revoke_token(office.actor("binh"), listed.id)
    assert accounts.authenticate_token(bearer, clock.now()) is None
    with pytest.raises(TokenUnknown):
        accounts.revoke_token(office.actor("binh"), listed.id)


@provokes("accounts.login-taken", "accounts.password-unfit")
def test_one_login_one_person_one_account(accounts: AccountService, office: Office, binh: UUID) -> None:
    for again in (
        NewAccount(office.person("chi"), "BINH ", PASSWORD),
        NewAccount(office.person("binh"), "binh2", PASSWORD),
    ):
        with pytest.raises(LoginTaken):
            accounts.create_account(office.system(), again)
    with pytest.raises(PasswordUnfit):
        accounts.create_account(office.system(), NewAccount(office.person("chi"), "chi", "ngắn"))


def test_a_password_typed_in_another_composition_is_the_same_password() -> None:
    passwords = Passwords(PasswordHasher.from_parameters(CHEAPEST))
    composed, decomposed = "Ti\u1ebfng Vi\u1ec7t", "Tie\u0302\u0301ng Vie\u0323\u0302t"
    assert passwords.matches(passwords.digest(composed), decomposed)
    assert not passwords.matches(None, "mật khẩu không của ai")


def test_a_digest_of_another_cost_is_renewed_on_signing_in(
    accounts: AccountService, office: Office, binh: UUID
) -> None:
    dearer = AccountService(accounts.database, Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    with accounts.database.reading() as session:
        before = session.get_one(Account, binh).password_hash
    dearer.sign_in("binh", PASSWORD, REMOTE)
    with accounts.database.reading() as session:
        after = session.get_one(Account, binh).password_hash
    assert before != after
    assert dearer.sign_in("binh", PASSWORD, REMOTE).token


@given(st.integers(min_value=0, max_value=10_000))
def test_waits_never_shrink_and_never_pass_an_hour(failures: int) -> None:
    assert wait_after(failures) <= wait_after(failures + 1) <= LONGEST_WAIT
    assert (wait_after(failures) == timedelta(0)) == (failures <= FREE_ATTEMPTS)
