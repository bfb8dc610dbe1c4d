"""Synthetic people going through the running system, from referral to signposts, weeks in minutes."""
