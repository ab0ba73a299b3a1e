"""Labels of a response's closed sets."""

from typing import Final

from app.core.reference import CodeList
from app.domain.feedback.codes import (
    Channel,
    CollectionPoint,
    FftAnswer,
    Involved,
    ModerationStatus,
    PublicationStatus,
    RespondentType,
)

FFT_ANSWER: Final = CodeList.of(
    "fft_answer",
    "Overall, how was your experience of our service?",
    {
        FftAnswer.VERY_GOOD: "Very good",
        FftAnswer.GOOD: "Good",
        FftAnswer.NEITHER_GOOD_NOR_POOR: "Neither good nor poor",
        FftAnswer.POOR: "Poor",
        FftAnswer.VERY_POOR: "Very poor",
        FftAnswer.DONT_KNOW: "Don't know",
    },
    {
        FftAnswer.VERY_GOOD: "Very good",
        FftAnswer.GOOD: "Good",
        FftAnswer.NEITHER_GOOD_NOR_POOR: "OK",
        FftAnswer.POOR: "Bad",
        FftAnswer.VERY_POOR: "Very bad",
        FftAnswer.DONT_KNOW: "I don't know",
    },
)
CHANNEL: Final = CodeList.of(
    "channel",
    "How the answer was given",
    {
        Channel.SMS: "Text message",
        Channel.ONLINE: "Online survey",
        Channel.APP: "Smartphone app",
        Channel.TABLET: "Tablet",
        Channel.KIOSK: "Kiosk",
        Channel.PAPER: "Paper or postcard",
        Channel.TELEPHONE: "Telephone",
        Channel.IN_PERSON: "In person",
        Channel.OTHER: "Other",
    },
    {
        Channel.SMS: "By text",
        Channel.ONLINE: "On a website",
        Channel.APP: "With an app on a phone",
        Channel.TABLET: "On a tablet",
        Channel.KIOSK: "On a screen in the building",
        Channel.PAPER: "On paper",
        Channel.TELEPHONE: "By phone",
        Channel.IN_PERSON: "By talking to us",
        Channel.OTHER: "Another way",
    },
)
RESPONDENT_TYPE: Final = CodeList.of(
    "respondent_type",
    "Who answered",
    {
        RespondentType.PATIENT: "Patient",
        RespondentType.CARER: "Carer",
        RespondentType.PARENT: "Parent or guardian",
        RespondentType.STAFF_ASSISTED: "Patient, helped by staff",
    },
    {
        RespondentType.PATIENT: "Me",
        RespondentType.CARER: "Someone who looks after me",
        RespondentType.PARENT: "My mum, dad or guardian",
        RespondentType.STAFF_ASSISTED: "Me, with help from staff",
    },
)
PUBLICATION_STATUS: Final = CodeList.of(
    "publication_status",
    "Whether the review is public",
    {
        PublicationStatus.PUBLISHED: "Published",
        PublicationStatus.PENDING: "Waiting to be checked",
        PublicationStatus.WITHHELD: "Withheld",
        PublicationStatus.REMOVED: "Removed",
    },
    {
        PublicationStatus.PUBLISHED: "Everyone can see it",
        PublicationStatus.PENDING: "We are checking it",
        PublicationStatus.WITHHELD: "We do not show it",
        PublicationStatus.REMOVED: "It was taken away",
    },
)
MODERATION_STATUS: Final = CodeList.of(
    "moderation_status",
    "How a text stands in moderation",
    {
        ModerationStatus.HELD: "Held until somebody decides",
        ModerationStatus.RELEASED: "Released",
        ModerationStatus.REDACTED: "Released with words taken out",
        ModerationStatus.WITHHELD: "Withheld",
        ModerationStatus.ESCALATED: "Escalated",
    },
    {
        ModerationStatus.HELD: "We are checking it",
        ModerationStatus.RELEASED: "Everyone can see it",
        ModerationStatus.REDACTED: "Everyone can see some of it",
        ModerationStatus.WITHHELD: "We do not show it",
        ModerationStatus.ESCALATED: "Someone is looking into it",
    },
)
COLLECTION_POINT: Final = CodeList.of(
    "collection_point",
    "When the answer was given",
    {
        CollectionPoint.BEFORE_OR_AT_DISCHARGE: "Before or at discharge",
        CollectionPoint.AFTER_DISCHARGE: "After discharge",
    },
    {
        CollectionPoint.BEFORE_OR_AT_DISCHARGE: "Before you left our care",
        CollectionPoint.AFTER_DISCHARGE: "After you left our care",
    },
)
INVOLVED: Final = CodeList.of(
    "involved",
    "Were you involved in your care as much as you wanted to be?",
    {
        Involved.YES_DEFINITELY: "Yes, definitely",
        Involved.YES_TO_SOME_EXTENT: "Yes, to some extent",
        Involved.NO: "No",
        Involved.DONT_KNOW: "Don't know or can't remember",
    },
    {
        Involved.YES_DEFINITELY: "Yes, a lot",
        Involved.YES_TO_SOME_EXTENT: "Yes, a bit",
        Involved.NO: "No",
        Involved.DONT_KNOW: "I don't know",
    },
)

LISTS: Final = (
    FFT_ANSWER,
    CHANNEL,
    RESPONDENT_TYPE,
    PUBLICATION_STATUS,
    MODERATION_STATUS,
    COLLECTION_POINT,
    INVOLVED,
)
