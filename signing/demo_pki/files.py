"""The folder of a demonstration PKI and what stands where in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from signing.trust import Trust

ARCHITECTURE: Final = "demo"
CONFIGURATION: Final = "pki.json"
ROOT_FILE: Final = "root.pem"
AUTHORITY_FILE: Final = "ca.pem"


@dataclass(frozen=True)
class DemoPki:
    """A demonstration PKI on disk, whose services answer (or will answer) on 127.0.0.1:`port`.

    `directory` holds `root.pem`, `ca.pem`, for each holder `STEM.p12`, `STEM.pem` and (for people and agencies) `STEM.png`,
    and in `authority/`, readable by the owner only, the keys of the authorities.
    """

    directory: Path
    port: int

    @property
    def host(self) -> str:
        """The `host:port` that revocation data comes from."""
        return f"127.0.0.1:{self.port}"

    @property
    def timestamp_url(self) -> str:
        """Where time-stamps are issued (RFC 3161)."""
        return f"http://{self.host}/{ARCHITECTURE}/tsa/tsa"

    @property
    def revocation_url(self) -> str:
        """An address that answers a plain GET when the services run: the CRL of the root."""
        return f"http://{self.host}/{ARCHITECTURE}/crls/root/latest.crl"

    def trust(self, *, fetch: bool = True) -> Trust:
        """The trust list of this PKI."""
        return Trust.from_pem(
            "demo",
            roots=(self.directory / ROOT_FILE).read_bytes(),
            intermediates=(self.directory / AUTHORITY_FILE).read_bytes(),
            allowed_hosts={self.host},
            fetch=fetch,
        )


def load_pki(directory: Path) -> DemoPki:
    """The PKI that `signing.demo_pki.issuing.make_pki` wrote into `directory`; `FileNotFoundError` when there is none."""
    configuration = json.loads((directory / CONFIGURATION).read_text(encoding="utf-8"))
    return DemoPki(directory, int(configuration["external-url-prefix"].rpartition(":")[2]))
