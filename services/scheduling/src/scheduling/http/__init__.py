"""The API and the pages for staff."""
