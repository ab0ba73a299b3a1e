from datetime import datetime
from uuid import UUID

from app.core.actor import Actor
from app.core.statement import Statement

# What a key may do is what its user's roles hold, cut to what the key was given; its teams are
# those named and those that stand in its directorates today.
_ACTOR = """
SELECT u.id, u.name, k.id AS key_id, k.directorates,
       ARRAY(SELECT DISTINCT scope FROM user_role ur JOIN role r ON r.id = ur.role_id,
                    unnest(r.scopes) scope
              WHERE ur.user_id = u.id AND (k.scopes IS NULL OR scope = ANY(k.scopes))) AS scopes,
       CASE WHEN k.directorates IS NULL AND k.teams IS NULL THEN NULL ELSE
            ARRAY(SELECT t.id FROM team t WHERE t.id = ANY(coalesce(k.teams, '{}'))
                  UNION
                  SELECT p.team_id FROM team_placement p
                   WHERE p.directorate_id = ANY(coalesce(k.directorates, '{}'))
                     AND p.valid_from <= $2::timestamptz::date
                     AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz::date))
       END AS teams
  FROM api_key k JOIN app_user u ON u.id = k.user_id
 WHERE k.hash = $1 AND k.revoked_at IS NULL AND u.active
   AND (k.expires_at IS NULL OR k.expires_at > $2)"""

_USED = """
INSERT INTO api_key_use (key_id, last_used_at) VALUES ($1, $2)
ON CONFLICT (key_id) DO UPDATE SET last_used_at = excluded.last_used_at
 WHERE api_key_use.last_used_at < excluded.last_used_at - interval '1 minute'"""


async def actor_of(door: Statement, key_hash: bytes, at: datetime) -> Actor | None:
    """Find who a live key belongs to, and note its use to the minute."""
    row = await door.fetchrow(_ACTOR, key_hash, at)
    if row is None:
        return None
    await door.execute(_USED, row["key_id"], at)
    return Actor(
        id=row["id"],
        name=row["name"],
        key_id=row["key_id"],
        scopes=frozenset(row["scopes"]),
        directorates=_limit(row["directorates"]),
        teams=_limit(row["teams"]),
    )


def _limit(ids: list[UUID] | None) -> frozenset[UUID] | None:
    return None if ids is None else frozenset(ids)
