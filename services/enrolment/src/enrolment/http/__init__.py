"""Enrolment in the browser."""
