"""Failures planted on purpose, and healthy runs that only look odd: whether the doctor tells one from the other."""
