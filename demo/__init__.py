"""The demonstration: three agencies, a PKI without legal value, all services on loopback, and the story that they play.

`python -m demo` (the Makefile's `demo`) prepares `var/`, starts everything, plays the story over HTTP as people's browsers
and agencies' machines would, prints a timeline, and keeps serving. Nothing of the product imports this package.
"""
