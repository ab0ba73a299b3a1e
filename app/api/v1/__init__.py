from typing import Final

from starlette.routing import BaseRoute

from app.api.v1.admin.identities import router as identities
from app.api.v1.admin.keys import router as keys
from app.api.v1.admin.messages import router as messages
from app.api.v1.admin.roles import router as roles
from app.api.v1.admin.users import router as users
from app.api.v1.bi.routes import router as bi
from app.api.v1.feedback.actions import router as actions
from app.api.v1.feedback.attention import router as attention
from app.api.v1.feedback.cadence import router as cadence
from app.api.v1.feedback.codings import router as codings
from app.api.v1.feedback.digests import router as digests
from app.api.v1.feedback.escalations import router as escalations
from app.api.v1.feedback.feeds import router as feeds
from app.api.v1.feedback.meetings import router as meetings
from app.api.v1.feedback.moderation import router as moderation
from app.api.v1.feedback.policy import router as feedback_policy
from app.api.v1.feedback.promises import router as promises
from app.api.v1.feedback.public_codes import router as public_codes
from app.api.v1.feedback.publication import router as publication
from app.api.v1.feedback.replies import router as replies
from app.api.v1.feedback.representation import router as feedback_representation
from app.api.v1.feedback.return_modes import router as return_modes
from app.api.v1.feedback.returns import router as returns
from app.api.v1.feedback.routes import router as feedback
from app.api.v1.feedback.searches import router as searches
from app.api.v1.feedback.submissions import router as submissions
from app.api.v1.feedback.surveys import router as surveys
from app.api.v1.feedback.themes import router as themes
from app.api.v1.feedback.unmapped import router as unmapped
from app.api.v1.imports.routes import router as imports
from app.api.v1.jobs.routes import router as jobs
from app.api.v1.me.routes import router as me
from app.api.v1.organisation.contacts import router as organisation_contacts
from app.api.v1.organisation.directorates import router as organisation_directorates
from app.api.v1.organisation.imports import router as organisation_imports
from app.api.v1.organisation.services import router as organisation_services
from app.api.v1.organisation.teams import router as organisation_teams
from app.api.v1.organisation.tree import router as organisation_tree
from app.api.v1.public.involvement import router as public_involvement
from app.api.v1.public.join import router as public_join
from app.api.v1.public.meetings import router as public_meetings
from app.api.v1.public.routes import router as public
from app.api.v1.reference.routes import router as reference
from app.api.v1.registers import bindings, supporters
from app.api.v1.registers.applicants import router as applicants
from app.api.v1.registers.calendars import router as calendars
from app.api.v1.registers.champions import router as champions
from app.api.v1.registers.checks import router as checks
from app.api.v1.registers.concerns import router as concerns
from app.api.v1.registers.consents import router as consents
from app.api.v1.registers.format_requests import router as format_requests
from app.api.v1.registers.forum_issues import router as forum_issues
from app.api.v1.registers.forum_meetings import router as forum_meetings
from app.api.v1.registers.forums import router as forums
from app.api.v1.registers.fund import router as fund
from app.api.v1.registers.mentoring import router as mentoring
from app.api.v1.registers.message_templates import router as message_templates
from app.api.v1.registers.messages import router as people_messages
from app.api.v1.registers.monitoring import router as monitoring
from app.api.v1.registers.needs import router as needs
from app.api.v1.registers.opportunities import router as opportunities
from app.api.v1.registers.own import router as own
from app.api.v1.registers.own_concerns import router as own_concerns
from app.api.v1.registers.own_consents import router as own_consents
from app.api.v1.registers.own_involvement import router as own_involvement
from app.api.v1.registers.own_needs import router as own_needs
from app.api.v1.registers.own_receipts import router as own_receipts
from app.api.v1.registers.panels import router as panels
from app.api.v1.registers.participations import router as participations
from app.api.v1.registers.pastoral import router as pastoral
from app.api.v1.registers.people import router as people
from app.api.v1.registers.posts import router as posts
from app.api.v1.registers.recovery import router as recovery
from app.api.v1.registers.resources import router as resources
from app.api.v1.registers.retention import router as retention
from app.api.v1.registers.rights_access import router as rights_access
from app.api.v1.registers.rights_erasure import router as rights_erasure
from app.api.v1.registers.training import router as training
from app.api.v1.reimbursements import choices, ledger, tax_years
from app.api.v1.reimbursements.accruals import router as accruals
from app.api.v1.reimbursements.advances import router as advances
from app.api.v1.reimbursements.budgets import router as budgets
from app.api.v1.reimbursements.caps import router as payment_cap
from app.api.v1.reimbursements.charities import router as charities
from app.api.v1.reimbursements.claims import router as claims
from app.api.v1.reimbursements.cost_centres import router as cost_centres
from app.api.v1.reimbursements.decisions import router as decisions
from app.api.v1.reimbursements.figures import router as benefit_figures
from app.api.v1.reimbursements.flags import router as claim_flags
from app.api.v1.reimbursements.handing import router as handing
from app.api.v1.reimbursements.layouts import router as payment_layouts
from app.api.v1.reimbursements.own_advances import router as own_advances
from app.api.v1.reimbursements.own_claims import router as own_claims
from app.api.v1.reimbursements.own_payee import router as own_payee
from app.api.v1.reimbursements.payees import router as payees
from app.api.v1.reimbursements.payment_runs import again as paid_again
from app.api.v1.reimbursements.payment_runs import router as payment_runs
from app.api.v1.reimbursements.policy import router as reimbursement_policy
from app.api.v1.reimbursements.quote import router as quote
from app.api.v1.reimbursements.rate_cards import router as rate_cards
from app.api.v1.reimbursements.receipts import router as receipts
from app.api.v1.reimbursements.ties import router as ties
from app.api.v1.reimbursements.timeliness import router as timeliness
from app.api.v1.reimbursements.top_ups import router as top_ups
from app.api.v1.reimbursements.vouchers import router as vouchers
from app.api.v1.webhooks.inbox import router as inbox
from app.api.v1.webhooks.notify import router as notify

_ROUTERS: Final = (
    feedback,
    searches,
    unmapped,
    feedback_policy,
    feedback_representation,
    surveys,
    public_codes,
    submissions,
    publication,
    return_modes,
    returns,
    codings,
    themes,
    moderation,
    escalations,
    feeds,
    actions,
    replies,
    attention,
    digests,
    public,
    cadence,
    meetings,
    promises,
    public_meetings,
    inbox,
    me,
    keys,
    users,
    identities,
    roles,
    messages,
    organisation_tree,
    organisation_directorates,
    organisation_services,
    organisation_teams,
    organisation_contacts,
    organisation_imports,
    bi,
    reference,
    imports,
    jobs,
    # Before those of one person, whose paths are alike.
    bindings.own,
    supporters.own,
    own,
    own_concerns,
    own_consents,
    own_needs,
    own_involvement,
    choices.own,
    own_claims,
    own_receipts,
    own_payee,
    payment_cap,
    own_advances,
    tax_years.own,
    people,
    bindings.router,
    supporters.router,
    checks,
    training,
    opportunities,
    participations,
    fund,
    calendars,
    public_involvement,
    consents,
    needs,
    resources,
    format_requests,
    monitoring,
    pastoral,
    concerns,
    public_join,
    recovery,
    posts,
    champions,
    forums,
    forum_meetings,
    forum_issues,
    mentoring,
    panels,
    applicants,
    message_templates,
    people_messages,
    notify,
    rights_access,
    rights_erasure,
    retention,
    reimbursement_policy,
    choices.router,
    claims,
    decisions,
    claim_flags,
    rate_cards,
    quote,
    payment_layouts,
    receipts,
    payees,
    charities,
    cost_centres,
    budgets,
    ledger.router,
    ledger.own,
    vouchers,
    payment_runs,
    paid_again,
    handing,
    ties,
    benefit_figures,
    advances,
    top_ups,
    timeliness,
    tax_years.router,
    accruals,
)
ROUTES: Final[list[BaseRoute]] = [route for router in _ROUTERS for route in router.routes]
