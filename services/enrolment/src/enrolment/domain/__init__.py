"""What enrolment knows and decides, in plain Python."""
