"""What can happen in enrolment, one module each."""
