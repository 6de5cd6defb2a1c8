"""The directory file: JSON, version 1, decoded strictly (an unknown member is a fault).

```json
{
  "version": 1,
  "agencies": [
    {
      "name": "Ủy ban nhân dân tỉnh Sông Vân",
      "identifiers": [
        {"scheme": "QD20", "value": "H99", "from": "2020-09-15", "primary": true},
        {"scheme": "QCVN102", "value": "000.00.00.H99", "from": "2016-10-01"}
      ],
      "certificates": [{"file": "certs/h99.pem"}, {"pem": "-----BEGIN CERTIFICATE-----…"}]
    }
  ],
  "accounts": [
    {
      "name": "qlvb-song-van",
      "token_sha256": "…64 hex digits…",
      "accept_unverifiable": false,
      "mandates": [{"agency": "H99", "from": "2026-01-01", "to": null}]
    }
  ]
}
```

An agency is recognised by any of its identifiers together with its first day (codes move when agencies merge), an
account by its name; `agency` in a mandate is any identifier in the
file or in the directory. Dates are days in Viet Nam, the last day counts. Certificate files are read from beside the file.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from axis.hub.directory.model import ORGAN_ID_CHARS
from axis.hub.errors import DirectoryRefused

FILE_LIMIT_BYTES = 256 * 1024 * 1024
"""The national directory has some 120,000 agencies; at 1 kB each this leaves a factor of two."""

_OrganId = Annotated[str, msgspec.Meta(min_length=1, max_length=ORGAN_ID_CHARS, pattern=r"^\S+$")]


class IdentifierEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"valid_from": "from", "valid_to": "to"}
):
    """One dated code."""

    scheme: Literal["QD20", "QCVN102", "local", "axis"]
    value: _OrganId
    valid_from: date
    valid_to: date | None = None
    primary: bool = False


class CertificateEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A certificate in PEM, given inline or by the name of a file beside the directory file."""

    pem: str = ""
    file: str = ""


class AgencyEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One agency."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    identifiers: Annotated[list[IdentifierEntry], msgspec.Meta(min_length=1)]
    certificates: list[CertificateEntry] = []


class MandateEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"valid_from": "from", "valid_to": "to"}
):
    """For which agency an account acts, and when."""

    agency: _OrganId
    valid_from: date
    valid_to: date | None = None


class AccountEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One system."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    token_sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    accept_unverifiable: bool = False
    mandates: list[MandateEntry] = []


class DirectoryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    version: Literal[1]
    agencies: list[AgencyEntry] = []
    accounts: list[AccountEntry] = []


def read_directory_file(path: Path) -> DirectoryFile:
    """Decode `path` and put the text of certificate files in place of their names.

    Raises `DirectoryRefused` naming the member that is wrong, or a file that cannot be read or lies elsewhere.
    """
    try:
        if path.stat().st_size > FILE_LIMIT_BYTES:
            raise DirectoryRefused(f"{path}: more than {FILE_LIMIT_BYTES} bytes")
        file = msgspec.json.decode(path.read_bytes(), type=DirectoryFile)
    except (OSError, msgspec.DecodeError) as error:
        raise DirectoryRefused(f"{path}: {error}") from error
    agencies = [
        msgspec.structs.replace(agency, certificates=[_inline(path.parent, one) for one in agency.certificates])
        for agency in file.agencies
    ]
    return msgspec.structs.replace(file, agencies=agencies)


def _inline(folder: Path, entry: CertificateEntry) -> CertificateEntry:
    if bool(entry.pem) == bool(entry.file):
        raise DirectoryRefused("a certificate has either `pem` or `file`")
    if entry.pem:
        return entry
    path = (folder / entry.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise DirectoryRefused(f"{entry.file}: certificate files lie in the folder of the directory file or below")
    try:
        return CertificateEntry(pem=path.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise DirectoryRefused(f"{entry.file}: {error}") from error
