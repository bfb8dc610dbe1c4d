"""What others publish, fetched and read."""
