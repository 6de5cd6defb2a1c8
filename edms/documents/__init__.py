"""The official document: incoming, outgoing or internal, with its files, recipients, participants and relations."""
