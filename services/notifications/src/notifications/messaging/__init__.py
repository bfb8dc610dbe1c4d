"""What notifications hears and tells on NATS."""
