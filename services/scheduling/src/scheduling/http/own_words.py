"""What somebody reads of their own dates. The Welsh was written by machine; a translator has not read it yet."""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES = ("en", "cy")
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "title": "Your dates",
            "nothing": "You have no dates yet. We write to you when there is a place for you.",
            "done": "You have no more dates.",
            "at": "Your sessions are at {site}.",
            "elsewhere": "This session is at {site}.",
            "cancelled": "This session does not take place.",
            "known": "You told us that you cannot come.",
            "cannot_come": "I cannot come",
            "goals": "Your goals",
            "action_plan": "Your plan:",
            "review": "How your goals stood at the end",
            "met": "You reached them.",
            "partly": "You reached some of them.",
            "not_yet": "You have not reached them yet.",
            "exercises": "Your exercises",
            "repetitions": "{count} times",
            "seconds": "{count} seconds",
            "at_home": "This is what you did last at each. The team can tell you how to go on at home.",
        },
        "cy": {
            "title": "Eich dyddiadau",
            "nothing": "Nid oes gennych ddyddiadau eto. Byddwn yn ysgrifennu atoch pan fydd lle i chi.",
            "done": "Nid oes gennych ragor o ddyddiadau.",
            "at": "Mae eich sesiynau yn {site}.",
            "elsewhere": "Mae'r sesiwn hon yn {site}.",
            "cancelled": "Nid yw'r sesiwn hon yn cael ei chynnal.",
            "known": "Dywedoch wrthym na allwch ddod.",
            "cannot_come": "Ni allaf ddod",
            "goals": "Eich nodau",
            "action_plan": "Eich cynllun:",
            "review": "Sut oedd eich nodau ar y diwedd",
            "met": "Fe wnaethoch eu cyrraedd.",
            "partly": "Fe wnaethoch gyrraedd rhai ohonynt.",
            "not_yet": "Nid ydych wedi eu cyrraedd eto.",
            "exercises": "Eich ymarferion",
            "repetitions": "{count} gwaith",
            "seconds": "{count} eiliad",
            "at_home": "Dyma'r hyn a wnaethoch ddiwethaf ym mhob un. Gall y tîm ddweud wrthych sut i barhau gartref.",
        },
    }
)
