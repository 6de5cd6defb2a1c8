"""Who plays: the organisation file, logins, keys. Everything here is invented and without legal value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from edms.commands import decode
from edms.organisation.commands import OrganisationFile
from signing.demo_pki import Holder

PASSWORD = "lien-thong-2026"  # noqa: S105 - printed on purpose: the demonstration's logins are no secret
PIN = "246810"
SYSTEM_KEY_PASSWORD = "he-thong-lien-thong"  # noqa: S105 - opens demonstration keys only


@dataclass(frozen=True)
class Agency:
    """An agency of the demonstration: its key in the organisation file, its identifiers, its leader and clerk."""

    key: str
    name: str
    organ_id: str
    alias: str
    """Its identifier of the old form."""
    leader: str
    """Key of the leader's person."""

    @property
    def seal_stem(self) -> str:
        """Name of the seal's files in the PKI's folder."""
        return f"seal-{self.key}"

    @property
    def system_stem(self) -> str:
        """Name of the system key's files in the PKI's folder."""
        return f"system-{self.key}"


OFFICE = Agency("vp-ubnd", "Văn phòng UBND tỉnh", "H36.01", "000.00.01.H36", "tran-quoc-bao")
DEPARTMENT = Agency("so-tai-chinh", "Sở Tài chính", "H36.12", "000.00.12.H36", "vo-hoang-long")
COMMUNE = Agency("xa-hiep-thanh", "UBND xã Hiệp Thạnh", "H36.107", "000.07.31.H36", "nguyen-van-duc")
AGENCIES = (OFFICE, DEPARTMENT, COMMUNE)

LOGINS = {
    "le-thi-thu-huong": "huong.vp",
    "tran-quoc-bao": "bao.vp",
    "pham-minh-chau": "chau.vp",
    "nguyen-thi-ngoc-diep": "diep.stc",
    "vo-hoang-long": "long.stc",
    "dang-thuy-linh": "linh.stc",
    "ka-huong": "kahuong.ht",
    "nguyen-van-duc": "duc.ht",
    "bui-thi-yen": "yen.ht",
    "hoang-gia-huy": "huy.ht",
    "do-thanh-tung": "tung.ht",
}
"""Key of the person → login; the password of all is `PASSWORD`."""


def organisation() -> OrganisationFile:
    """Return the organisation file of the demonstration."""
    text = (Path(__file__).parent / "organisation.json").read_text(encoding="utf-8")
    return decode(OrganisationFile, json.loads(text))


def holders(file: OrganisationFile) -> list[Holder]:
    """Return who gets a certificate: each agency's leader, seal and system."""
    names = {person.key: person.full_name for person in file.people}
    found = []
    for agency in AGENCIES:
        found += [
            Holder(
                kind="leader",
                label=f"leader-{agency.key}",
                common_name=names[agency.leader],
                file_stem=agency.leader,
                password=PIN,
                organization=agency.name,
                organization_identifier=agency.organ_id,
            ),
            Holder(
                kind="seal",
                label=agency.seal_stem,
                common_name=agency.name,
                file_stem=agency.seal_stem,
                password=PIN,
                organization=agency.name,
                organization_identifier=agency.organ_id,
            ),
            Holder(
                kind="system",
                label=agency.system_stem,
                common_name=f"Hệ thống {agency.name}",
                file_stem=agency.system_stem,
                password=SYSTEM_KEY_PASSWORD,
                organization=agency.name,
                organization_identifier=agency.organ_id,
            ),
        ]
    return found
