"""The stage: one equation with its numbers, what an edit of one would do, and the reader's own turn."""
