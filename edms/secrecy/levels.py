"""Độ mật as people declare it. On this networked system only one of the levels may be handled.

Sources: Luật Bảo vệ bí mật nhà nước 117/2025/QH15 (secret content only on isolated or cipher-protected systems); NĐ 30/2020
annex I (the marks MẬT, TỐI MẬT, TUYỆT MẬT). The Vietnamese words are the codes: their usual translations contradict one another.
"""

from __future__ import annotations

from enum import StrEnum

from edms.secrecy.errors import SecrecyUndeclared, SecretRefused
from edms.web.translations import mark


class Secrecy(StrEnum):
    """The level that somebody declares for what is about to enter."""

    ORDINARY = "thuong"
    MAT = "mat"
    TOI_MAT = "toi-mat"
    TUYET_MAT = "tuyet-mat"


LABELS = {
    Secrecy.ORDINARY: mark("Thường (không mật)"),
    Secrecy.MAT: mark("Mật"),
    Secrecy.TOI_MAT: mark("Tối mật"),
    Secrecy.TUYET_MAT: mark("Tuyệt mật"),
}
"""Vietnamese messages; pages translate them."""


def require_ordinary(declared: str | None) -> None:
    """Refuse all but what is declared ordinary.

    Nothing is taken for granted: silence and unknown words are `SecrecyUndeclared`, a level is `SecretRefused`.
    """
    if not declared or declared not in set(Secrecy):
        raise SecrecyUndeclared
    if declared != Secrecy.ORDINARY:
        raise SecretRefused(level=declared)
