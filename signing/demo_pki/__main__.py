"""`python -m signing.demo_pki serve DIRECTORY`."""

from __future__ import annotations

import argparse
from pathlib import Path

from signing.demo_pki.serve import serve


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="python -m signing.demo_pki", description="Demonstration PKI services on loopback."
    )
    verbs = parser.add_subparsers(required=True)
    running = verbs.add_parser("serve", help="serve OCSP, CRL and time-stamps of the PKI in DIRECTORY")
    running.add_argument("directory", type=Path)
    serve(parser.parse_args().directory)


if __name__ == "__main__":
    main()
