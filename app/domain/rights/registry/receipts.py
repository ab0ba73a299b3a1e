"""The receipts that somebody showed for what they spent."""

from collections.abc import Sequence
from typing import Final

from app.domain.rights.registry.entries import Entry, Erasure, titles

# What a claim is proved by stays: the database deletes no receipt that one uses.
RECEIPTS: Final[Sequence[Entry]] = (
    Entry(
        table="receipt",
        title="Receipts you sent; the files can be downloaded from your record",
        purpose="To pay back what you spent (UK GDPR 6(1)(e), a task in the public interest)",
        columns=titles(
            "received_on media_type pages status size width height",
            reason="Why it could not be made safe",
            uses="Lines of claims that use it",
            sha256_sent="SHA-256 of the file you sent",
            sha256="SHA-256 of the file that is kept",
            phash="What similar pictures are found by",
        ),
        erasure=Erasure.DELETE,
        because="Those that a claim uses are its proof, kept for six years after the year of the"
        " claim (Companies Act 2006 s388; NHS Records Management Code of Practice)",
    ),
)
