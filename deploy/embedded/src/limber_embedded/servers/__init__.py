"""The servers that Limber needs, from wheels, as ordinary processes."""
