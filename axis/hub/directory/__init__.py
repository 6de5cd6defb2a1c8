"""Who takes part: agencies with their dated identifiers and certificates, and the systems that act for them."""
