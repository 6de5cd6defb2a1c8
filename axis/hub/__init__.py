"""The hub: takes messages in, tells what it took with a signed receipt, and hands them to the agencies they are for.

`directory` agencies, their identifiers, certificates and systems · `acceptance` one message in · `routing` who gets it ·
`delivery` inbox and hand-over · `receipts` the signed proof of each step · `quarantine` what was refused, kept with its
reason · `queries` reads · `api` REST.
"""
