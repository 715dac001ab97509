"""Asking people: which of two images is the real one?"""
