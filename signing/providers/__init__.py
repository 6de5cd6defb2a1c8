"""Where signing keys live: one port, `KeyProvider`, and an adapter for each kind of key store."""

from signing.providers.base import KeyProvider, OpenKey
from signing.providers.pkcs12 import Pkcs12Folder

__all__ = ["KeyProvider", "OpenKey", "Pkcs12Folder"]
