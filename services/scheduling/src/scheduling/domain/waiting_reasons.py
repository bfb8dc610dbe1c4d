"""Why somebody waits: codes, which pages and messages put into words."""

NO_OPEN_COHORT = "no_open_cohort"
NO_COHORT_AT_SITE = "no_cohort_at_site"
ACCESS_NEEDS_NOT_MET = "access_needs_not_met"
NO_COHORT_AT_TIMES = "no_cohort_at_times"
COHORTS_FULL = "cohorts_full"
CLOSE_ATTENTION_FULL = "close_attention_full"
OFFERS_REFUSED = "offers_refused"
OFFER_DECLINED = "offer_declined"
OFFER_EXPIRED = "offer_expired"
COHORT_CANCELLED = "cohort_cancelled"

# Found anew whenever the waiting list is looked at.
OF_THE_MOMENT = (
    NO_OPEN_COHORT,
    NO_COHORT_AT_SITE,
    ACCESS_NEEDS_NOT_MET,
    NO_COHORT_AT_TIMES,
    OFFERS_REFUSED,
    COHORTS_FULL,
    CLOSE_ATTENTION_FULL,
)
# What happened last, told once to the person.
OF_AN_EVENT = (OFFER_DECLINED, OFFER_EXPIRED, COHORT_CANCELLED)
