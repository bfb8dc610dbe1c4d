"""Providers that carry messages: SMTP, and the local ones that end in the mailbox."""
