"""Sign-in, sessions and API tokens. An account opens the door; what may be done inside follows from an appointment."""
