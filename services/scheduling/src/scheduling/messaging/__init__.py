"""NATS: what scheduling hears and what it tells."""
