"""The rules of scheduling, without a framework."""
