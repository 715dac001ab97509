"""Reads a run and says what is wrong, why it is thought so, what would refute it, and what to change."""
