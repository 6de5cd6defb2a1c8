"""Prepares `var/` for a run: PKI, databases, the hub's directory, the EDMS's organisation, keys and seeded documents."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from axis.http.tokens import new_token
from demo import cast, gateway
from demo.ports import Ports
from demo.services import Services, command
from edms.documents.layout.fonts import FontSet
from signing.demo_pki import DemoPki, Holder, load_pki
from signing.demo_pki.issuing import make_pki

FONT_DIR = Path("build/fonts")
_GATEWAY_TOKEN = "gateway-token.json"  # noqa: S105 - the name of a file

_HUB = Holder(
    kind="system",
    label="hub",
    common_name="Trục liên thông văn bản",
    organization="Trục liên thông tỉnh",
    organization_identifier="",
    file_stem="hub",
    password=cast.SYSTEM_KEY_PASSWORD,
)


@dataclass(frozen=True)
class Environment:
    """The environment variables of both services."""

    edms: dict[str, str]
    axis: dict[str, str]


def pki(folder: Path, port: int) -> DemoPki:
    """Return the demonstration PKI in `folder`, made anew when there is none or its services stand at another port."""
    if (folder / "pki.json").exists():
        held = load_pki(folder)
        if held.port == port:
            return held
        shutil.rmtree(folder)
    fonts = FontSet.load(FONT_DIR)
    return make_pki(folder, port, [*cast.holders(cast.organisation()), _HUB], fonts.regular)


def environment(services: Services, ports: Ports, made: DemoPki) -> Environment:
    """Make empty databases, write hub tokens and directory file of this run, and return both services' settings."""
    data = services.root / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    tokens = {agency.organ_id: new_token() for agency in cast.AGENCIES}
    _write_private(data / "hub-tokens.json", {organ_id: one.token for organ_id, one in tokens.items()})
    digests = {organ_id: one.sha256 for organ_id, one in tokens.items()}
    gateway_token = new_token()
    _write_private(data / _GATEWAY_TOKEN, gateway_token.token)
    directory = _directory(made, digests, gateway_token.sha256)
    (data / "directory.json").write_text(json.dumps(directory, ensure_ascii=False, indent=1))
    common = {
        "TRUST_ROOTS_FILE": str(made.directory / "root.pem"),
        "TRUST_INTERMEDIATES_FILE": str(made.directory / "ca.pem"),
        "ALLOWED_REVOCATION_HOSTS": made.host,
        "ENVIRONMENT": "demo",
        "TIMESTAMP_URL": made.timestamp_url,
        "CHECKPOINT_SECONDS": "20",
    }
    edms = {
        **services.parts.settings("edms"),
        "HUB_URL": f"http://127.0.0.1:{ports.axis}",
        "HUB_TOKENS_FILE": str(data / "hub-tokens.json"),
        "KEY_DIR": str(made.directory),
        "SYSTEM_KEY_PASSWORD": cast.SYSTEM_KEY_PASSWORD,
        "FONT_DIR": str(FONT_DIR),
        "PORT": str(ports.edms),
        "FETCH_SECONDS": "1",
        "POLL_SECONDS": "0.5",
    }
    axis = {
        **services.parts.settings("axis"),
        "RECEIPT_KEY_FILE": str(made.directory / "hub.p12"),
        "RECEIPT_KEY_PASSWORD": cast.SYSTEM_KEY_PASSWORD,
        "PORT": str(ports.axis),
        "POLL_SECONDS": "0.5",
        "LEASE_SECONDS": "10",
    }
    return Environment(
        {f"EDMS_{key}": value for key, value in {**common, **edms}.items()},
        {f"AXIS_{key}": value for key, value in {**common, **axis}.items()},
    )


def fill(services: Services, made: Environment) -> None:
    """Migrate both databases, load the hub's directory, the organisation, accounts, keys and about 200 documents."""
    services.run("axis migrate", command("axis", "migrate"), made.axis)
    services.run("edms migrate", command("edms", "migrate"), made.edms)
    directory = services.root / "data" / "directory.json"
    services.run("axis directory import", command("axis", "directory", "import", str(directory)), made.axis)
    from demo.seed import seed  # noqa: PLC0415 - loads the whole EDMS, while the commands above ran without it

    seed(made.edms)


def gateway_token(services: Services) -> str:
    """Return this run's token of the account that hands over messages of other systems."""
    return str(json.loads((services.root / "data" / _GATEWAY_TOKEN).read_text()))


def _directory(made: DemoPki, digests: dict[str, str], gateway_sha256: str) -> dict[str, object]:
    since = "2025-07-01"
    names = {agency.key: agency.name for agency in cast.organisation().agencies}
    return {
        "version": 1,
        "agencies": [
            {
                "name": names[agency.key],
                "identifiers": [
                    {"scheme": "QD20", "value": agency.organ_id, "from": since, "primary": True},
                    {"scheme": "QCVN102", "value": agency.alias, "from": since},
                ],
                "certificates": [{"pem": (made.directory / f"{agency.system_stem}.pem").read_text()}],
            }
            for agency in cast.AGENCIES
        ]
        + gateway.agencies(),
        "accounts": [
            {
                "name": f"qlvb-{agency.key}",
                "token_sha256": digests[agency.organ_id],
                "mandates": [{"agency": agency.organ_id, "from": since}],
            }
            for agency in cast.AGENCIES
        ]
        + [gateway.account(gateway_sha256)],
    }


def _write_private(path: Path, value: object) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file)
