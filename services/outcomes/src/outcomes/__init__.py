"""What the programme changed: questionnaires, scores, and what comes next."""
