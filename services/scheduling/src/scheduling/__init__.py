"""Who is where, when: cohorts and their sessions, places and the waiting list, attendance."""
