"""The journal: every act, with who did it, in which position, as things were called then. Append-only."""
