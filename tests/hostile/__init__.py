"""Bad inputs against services as an operator runs them: each has its answer, and none costs memory."""
