"""State secrets kept out: the declared level, what is refused for it, incidents and whom they alert."""
