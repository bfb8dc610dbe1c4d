"""Other systems that enrolment speaks to."""
