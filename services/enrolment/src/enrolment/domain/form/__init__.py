"""The form that a person fills in about themselves, a question a page: what is asked, and how answers are read."""
