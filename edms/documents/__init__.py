"""The official document: incoming, outgoing and internal, its files, versions, renditions and relations."""
