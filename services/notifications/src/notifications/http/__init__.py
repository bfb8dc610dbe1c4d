"""Pages and JSON for staff."""
