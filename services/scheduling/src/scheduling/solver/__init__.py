"""Solves what is decided together, with HiGHS."""
