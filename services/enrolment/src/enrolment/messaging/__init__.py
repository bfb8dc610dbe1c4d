"""Enrolment on NATS: messages to commands, decisions to events."""
