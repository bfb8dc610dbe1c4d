"""Events in and events out."""
