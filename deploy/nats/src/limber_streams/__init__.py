"""The broker's declared streams, durable consumers and buckets, and how they are applied."""
