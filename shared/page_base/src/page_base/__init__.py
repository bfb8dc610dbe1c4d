"""Server-rendered pages on the NHS design system, for any service."""
