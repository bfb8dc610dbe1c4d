"""What scheduling keeps: its tables, and how the use cases and the pages read and write them."""
