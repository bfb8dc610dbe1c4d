"""A small service with pages of its own, to see page_base by."""
