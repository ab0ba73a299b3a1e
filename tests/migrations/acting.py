"""What tests of row security do through a connection that acts as one of the service's roles."""

from uuid import UUID, uuid4

PERSON = """
INSERT INTO person (id, name, language, lived_experience_tags, interests, skills, pathways,
                    availability, status, status_since, created_at, updated_at, version)
VALUES ($1, 'Amara', 'en', '{}', '{}', '{}', '{}', '{}', 'enquiry', '2026-01-01',
        now(), now(), 1)"""


async def person(connection) -> UUID:
    id_ = uuid4()
    await connection.execute(PERSON, id_)
    return id_


async def setting(connection, name: str, value: object) -> None:
    await connection.execute("SELECT set_config($1, $2, true)", f"everyvoice.{name}", str(value))
