"""Enrolment in PostgreSQL."""
