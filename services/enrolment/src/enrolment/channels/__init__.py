"""The ways in which people come to enrolment from outside: a folder for each, and this list.

A channel says which events of INTAKE it reads and which routes it has. What it then does is a use case; what its senders may hear
is `domain.hearing`'s.
"""

from enrolment.channels import leisure, nhs, own_page, self_referral, staff, workplace
from enrolment.channels.channel import Channel

CHANNELS: tuple[Channel, ...] = (
    workplace.CHANNEL,
    leisure.CHANNEL,
    nhs.CHANNEL,
    self_referral.CHANNEL,
    staff.CHANNEL,
    own_page.CHANNEL,
)
