"""Roles get what their jobs need of the new areas of feedback."""

from migrations import roles

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


def upgrade() -> None:
    roles.gain(GAINED)


def downgrade() -> None:
    roles.lose({scope for scopes in GAINED.values() for scope in scopes})
