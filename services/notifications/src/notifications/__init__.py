"""Limber's notifications service: tells a participant each thing that matters, once and at a decent hour."""
