"""What kinds of things people can be interested in when the programme is over; their names are in each language's words."""

INTERESTS = (
    "walking",
    "water",
    "gentle_classes",
    "balance",
    "gym",
    "cycling",
    "dancing",
    "bowls_and_walking_sports",
    "gardening",
    "at_home",
)
