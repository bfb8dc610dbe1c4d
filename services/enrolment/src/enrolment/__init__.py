"""Who is enrolled in which programme, and why not: referrals in, one person each, decisions out."""
