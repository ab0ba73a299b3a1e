"""Labels of an action's closed sets, as staff's forms and patients' pages show them."""

from typing import Final

from app.core.reference import CodeList
from app.domain.feedback.actions.codes import CoProducer, Decision, DisplayPlace
from app.domain.feedback.actions.strategy import MEASURES

DECISION: Final = CodeList.of(
    "action_decision",
    "What was decided",
    {
        Decision.WILL_DO: "We will do it",
        Decision.DOING: "We are doing it",
        Decision.DONE: "We have done it",
        Decision.CANNOT: "We cannot do it",
    },
    {
        Decision.WILL_DO: "We will do this",
        Decision.DOING: "We are doing this now",
        Decision.DONE: "We did this",
        Decision.CANNOT: "We cannot do this",
    },
)
CO_PRODUCER: Final = CodeList.of(
    "action_co_producer",
    "Whom we worked it out with",
    {
        CoProducer.PATIENTS: "Patients",
        CoProducer.CARERS: "Carers and families",
        CoProducer.CHILDREN_AND_YOUNG_PEOPLE: "Children and young people",
        CoProducer.EXPERTS_BY_EXPERIENCE: "Experts by experience",
        CoProducer.PEER_SUPPORT_WORKERS: "Peer support workers",
        CoProducer.COMMUNITY_GROUPS: "Community and voluntary groups",
    },
    {
        CoProducer.PATIENTS: "People who use the service",
        CoProducer.CARERS: "People who look after someone",
        CoProducer.CHILDREN_AND_YOUNG_PEOPLE: "Children and young people",
        CoProducer.EXPERTS_BY_EXPERIENCE: "People who have been ill themselves",
        CoProducer.PEER_SUPPORT_WORKERS: "Workers who have been ill themselves",
        CoProducer.COMMUNITY_GROUPS: "Local groups",
    },
)
DISPLAY_PLACE: Final = CodeList.of(
    "action_display_place",
    "Where patients can see it",
    {
        DisplayPlace.WARD_BOARD: "Board on the ward",
        DisplayPlace.WAITING_ROOM_SCREEN: "Screen in the waiting room",
        DisplayPlace.WEBSITE: "Website",
        DisplayPlace.SOCIAL_MEDIA: "Social media",
        DisplayPlace.LETTER_OR_LEAFLET: "Letter or leaflet",
        DisplayPlace.MEETING: "Meeting",
        DisplayPlace.OTHER: "Elsewhere",
    },
    {
        DisplayPlace.WARD_BOARD: "On the board on the ward",
        DisplayPlace.WAITING_ROOM_SCREEN: "On the screen where you wait",
        DisplayPlace.WEBSITE: "On our website",
        DisplayPlace.SOCIAL_MEDIA: "On social media",
        DisplayPlace.LETTER_OR_LEAFLET: "On paper",
        DisplayPlace.MEETING: "At a meeting",
        DisplayPlace.OTHER: "In another place",
    },
)
MEASURE: Final = CodeList.of(
    "action_measure",
    "What an action should move",
    MEASURES,
    {
        "K1": "More people say their care was very good",
        "K2": "More people have a say in their care",
        "K3": "More people know who to call at night",
        "K4": "More projects are planned with patients",
        "K5a": "More paid jobs for people who have been ill",
        "K5b": "More peer support workers",
        "K6": "Fewer complaints about waiting",
        "K7a": "More people tell us what they think",
        "K7b": "More people from all communities tell us things",
        "fft_positive": "More people say it was good",
        "fft_negative": "Fewer people say it was bad",
        "theme_share": "How many people talk about this",
    },
)
LISTS: Final = (DECISION, CO_PRODUCER, DISPLAY_PLACE, MEASURE)
