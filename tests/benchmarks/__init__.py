"""Measurements, each beside what it should be compared with in the same run. They print numbers and never fail on a clock."""
