"""Whatever goes out: e-mail by the mail server, text messages and letters by GOV.UK Notify."""

from dataclasses import dataclass
from uuid import UUID

from app.clients import mail
from app.clients.mail import Mailer
from app.clients.notify import Notify
from app.domain.people.messages.service import Letter
from app.domain.people.register.models import ContactChannel
from app.settings import Settings


class NoCarrierError(Exception):
    """Nothing here carries messages of this channel: somebody must hand it over."""


@dataclass(frozen=True, slots=True)
class Post:
    """Carries each message by its channel."""

    mailer: Mailer
    notify: Notify | None = None

    async def send(self, letter: Letter) -> UUID | None:
        """Hand a message on; gives what Notify knows it by. Raises NotSentError, NoCarrierError."""
        if letter.channel is ContactChannel.EMAIL:
            await self.mailer.send(letter)
            return None
        if self.notify is None or not self.notify.carries(letter.channel):
            raise NoCarrierError
        return await self.notify.send(letter)


def of(settings: Settings) -> Post:
    """Give what these settings set up."""
    return Post(mail.of(settings.mail, settings.home), Notify.of(settings.notify))
