from tests.signing.pki import foreign_pki, live_pki, serif_font

__all__ = ["foreign_pki", "live_pki", "serif_font"]
