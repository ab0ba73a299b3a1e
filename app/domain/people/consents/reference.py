"""Labels of what people consent to, and how."""

from typing import Final

from app.core.reference import CodeList
from app.domain.people.consents.models import ConsentChannel, Purpose

PURPOSE: Final = CodeList.of(
    "consent_purpose",
    "What somebody is asked to agree to",
    {
        Purpose.INVOLVEMENT_AGREEMENT: "Involvement agreement",
        Purpose.OPPORTUNITIES: "Being told of opportunities",
        Purpose.NEWSLETTER: "Receiving the newsletter",
        Purpose.RESEARCH: "Being asked to take part in research",
        Purpose.STORIES: "Sharing their story",
        Purpose.PHOTOGRAPHS: "Photographs, film and sound",
        Purpose.EQUALITY_MONITORING: "Equality monitoring",
        Purpose.SUPPORTER: "Letting a supporter act for them",
        Purpose.TEXT_MESSAGES: "Being sent text messages",
    },
    {
        Purpose.INVOLVEMENT_AGREEMENT: "How we work together",
        Purpose.OPPORTUNITIES: "Tell me what I can join in",
        Purpose.NEWSLETTER: "Send me your news",
        Purpose.RESEARCH: "Ask me about research",
        Purpose.STORIES: "Use my story",
        Purpose.PHOTOGRAPHS: "Use pictures of me",
        Purpose.EQUALITY_MONITORING: "Keep facts about who I am",
        Purpose.SUPPORTER: "Let someone help me",
        Purpose.TEXT_MESSAGES: "Send me texts",
    },
)
CHANNEL: Final = CodeList.of(
    "consent_channel",
    "How a consent was given or withdrawn",
    {
        ConsentChannel.ONLINE: "Online",
        ConsentChannel.PAPER: "On paper",
        ConsentChannel.SPOKEN: "In conversation",
        ConsentChannel.EMAIL: "By email",
    },
    {
        ConsentChannel.ONLINE: "On the internet",
        ConsentChannel.PAPER: "On paper",
        ConsentChannel.SPOKEN: "By talking",
        ConsentChannel.EMAIL: "By email",
    },
)
LISTS: Final = (PURPOSE, CHANNEL)
