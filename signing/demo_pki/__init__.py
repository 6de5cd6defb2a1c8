"""A public key infrastructure for demonstration and tests: root, issuing authority, OCSP, CRL and time-stamps, live.

Nothing made here has legal value, and every certificate and every image says so. The product talks to it over HTTP as to any
other authority; it never imports it at run time. `python -m signing.demo_pki serve DIRECTORY` runs the services.
"""

from signing.demo_pki.files import DemoPki, load_pki
from signing.demo_pki.holders import Holder
from signing.trust import NO_LEGAL_VALUE

__all__ = ["NO_LEGAL_VALUE", "DemoPki", "Holder", "load_pki"]
