"""Limber on one machine: real servers and the four services as ordinary processes."""
