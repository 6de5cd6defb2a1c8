"""Directives, assignments and deadlines: who must do what with an incoming document, by when."""
