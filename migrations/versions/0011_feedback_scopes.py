"""Roles get what their jobs need of the new areas of feedback."""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


ACT, CODE, CONFIGURE = "feedback:act", "feedback:code", "feedback:configure"
ESCALATIONS, MODERATE, PUBLISH = "feedback:escalations", "feedback:moderate", "feedback:publish"
RETURNS, SIGN_OFF = "feedback:returns", "feedback:returns:sign_off"
SUBMIT, SURVEYS = "feedback:submit", "feedback:surveys"

# Who drafts a return does not sign it off: analysts draft, involvement leads sign.
GAINED = {
    "administrator": (
        ACT,
        CODE,
        CONFIGURE,
        ESCALATIONS,
        MODERATE,
        PUBLISH,
        RETURNS,
        SIGN_OFF,
        SUBMIT,
        SURVEYS,
    ),
    "analyst": (CODE, RETURNS),
    "champion": (ACT, SUBMIT),
    "complaints": (ESCALATIONS,),
    "involvement_lead": (
        ACT,
        CODE,
        CONFIGURE,
        ESCALATIONS,
        MODERATE,
        PUBLISH,
        SIGN_OFF,
        SUBMIT,
        SURVEYS,
    ),
    "moderator": (CODE, MODERATE),
    "team_lead": (ACT, CODE, SUBMIT),
}

GAIN = sa.text(
    """
    UPDATE role SET updated_at = now(), version = version + 1,
           scopes = (SELECT array_agg(DISTINCT scope ORDER BY scope)
                       FROM unnest(scopes || CAST(:scopes AS text[])) scope)
     WHERE code = :code"""
)
LOSE = sa.text(
    """
    UPDATE role SET updated_at = now(), version = version + 1,
           scopes = (SELECT coalesce(array_agg(scope ORDER BY scope), '{}')
                       FROM unnest(scopes) scope WHERE scope <> ALL(CAST(:scopes AS text[])))
     WHERE code = :code"""
)


def change(statement: sa.TextClause) -> None:
    """Change the shipped roles; that is no change that somebody made, so it is not recorded."""
    op.execute("ALTER TABLE role DISABLE TRIGGER record_update")
    for code, scopes in GAINED.items():
        op.get_bind().execute(statement, {"code": code, "scopes": list(scopes)})
    op.execute("ALTER TABLE role ENABLE TRIGGER record_update")


def upgrade() -> None:
    change(GAIN)


def downgrade() -> None:
    change(LOSE)
