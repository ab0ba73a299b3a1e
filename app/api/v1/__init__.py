from fastapi import APIRouter

from app.api.strict import StrictRoute
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
from app.api.v1.organisation.routes import router as organisation
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

# The largest body where a router does not say otherwise.
router = APIRouter(prefix="/v1", route_class=StrictRoute, max_body_size=1024 * 1024)
router.include_router(feedback)
router.include_router(searches)
router.include_router(unmapped)
router.include_router(feedback_policy)
router.include_router(feedback_representation)
router.include_router(surveys)
router.include_router(public_codes)
router.include_router(submissions)
router.include_router(publication)
router.include_router(return_modes)
router.include_router(returns)
router.include_router(codings)
router.include_router(themes)
router.include_router(moderation)
router.include_router(escalations)
router.include_router(feeds)
router.include_router(actions)
router.include_router(replies)
router.include_router(attention)
router.include_router(digests)
router.include_router(public)
router.include_router(cadence)
router.include_router(meetings)
router.include_router(promises)
router.include_router(public_meetings)
router.include_router(inbox)
router.include_router(me)
router.include_router(keys)
router.include_router(users)
router.include_router(identities)
router.include_router(roles)
router.include_router(messages)
router.include_router(organisation)
router.include_router(bi)
router.include_router(reference)
router.include_router(imports)
router.include_router(jobs)
# Before those of one person, whose paths are alike.
router.include_router(bindings.own)
router.include_router(supporters.own)
router.include_router(own)
router.include_router(own_concerns)
router.include_router(own_consents)
router.include_router(own_needs)
router.include_router(own_involvement)
router.include_router(choices.own)
router.include_router(own_claims)
router.include_router(own_receipts)
router.include_router(own_payee)
router.include_router(payment_cap)
router.include_router(own_advances)
router.include_router(tax_years.own)
router.include_router(people)
router.include_router(bindings.router)
router.include_router(supporters.router)
router.include_router(checks)
router.include_router(training)
router.include_router(opportunities)
router.include_router(participations)
router.include_router(fund)
router.include_router(calendars)
router.include_router(public_involvement)
router.include_router(consents)
router.include_router(needs)
router.include_router(resources)
router.include_router(format_requests)
router.include_router(monitoring)
router.include_router(pastoral)
router.include_router(concerns)
router.include_router(public_join)
router.include_router(recovery)
router.include_router(posts)
router.include_router(champions)
router.include_router(forums)
router.include_router(forum_meetings)
router.include_router(forum_issues)
router.include_router(mentoring)
router.include_router(panels)
router.include_router(applicants)
router.include_router(message_templates)
router.include_router(people_messages)
router.include_router(notify)
router.include_router(rights_access)
router.include_router(rights_erasure)
router.include_router(retention)
router.include_router(reimbursement_policy)
router.include_router(choices.router)
router.include_router(claims)
router.include_router(decisions)
router.include_router(claim_flags)
router.include_router(rate_cards)
router.include_router(quote)
router.include_router(payment_layouts)
router.include_router(receipts)
router.include_router(payees)
router.include_router(charities)
router.include_router(cost_centres)
router.include_router(budgets)
router.include_router(ledger.router)
router.include_router(ledger.own)
router.include_router(vouchers)
router.include_router(payment_runs)
router.include_router(paid_again)
router.include_router(handing)
router.include_router(ties)
router.include_router(benefit_figures)
router.include_router(advances)
router.include_router(top_ups)
router.include_router(timeliness)
router.include_router(tax_years.router)
router.include_router(accruals)
