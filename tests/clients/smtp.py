"""A small SMTP server on the loopback, as a trust's relay would answer."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Relay:
    """What it says to a command, once each in order and then 250; and the letters it took."""

    replies: dict[str, list[str]] = field(default_factory=dict)
    letters: list[bytes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say(writer, "220 relay.example")
        word = ""
        while word != "QUIT" and (line := await reader.readline()):
            command = line.decode().strip()
            word = command.partition(" ")[0].upper()
            self.heard.append(command)
            planned = self.replies.get(word)
            reply = planned.pop(0) if planned else self._reply(word)
            if not reply:
                break
            await self._say(writer, reply)
            if reply.startswith("354"):
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                await self._say(writer, "250 taken")
            elif word == "STARTTLS":
                await writer.start_tls(self.tls)
        writer.close()

    def _reply(self, word: str) -> str:
        more = "250-STARTTLS\r\n" if self.tls else ""
        usual = {"EHLO": f"250-relay.example\r\n{more}250 AUTH PLAIN LOGIN"}
        usual |= {"STARTTLS": "220 go ahead", "AUTH": "235 welcome", "DATA": "354 go on"}
        return usual.get(word, "221 bye" if word == "QUIT" else "250 ok")

    async def _say(self, writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(f"{text}\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def relay(
    tls: ssl.SSLContext | None = None, *, at_once: bool = False, **replies: list[str]
) -> AsyncIterator[Relay]:
    made = Relay(replies=replies, tls=tls)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls if at_once else None)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
