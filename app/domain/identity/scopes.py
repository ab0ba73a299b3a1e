"""Every scope there is, and what it lets its holder do; roles and keys are made of these."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "audit:read": "See who made each change.",
        "bi:read": "Read the change feed and the data sets of the warehouse.",
        "feedback:act": "Keep actions, replies and meetings.",
        "feedback:code": "Code comments by themes, and correct them.",
        "feedback:configure": "Decide what is the trust's to decide about feedback.",
        "feedback:escalations": "See and acknowledge comments that were escalated.",
        "feedback:import": "Send files of feedback, and follow what becomes of their rows.",
        "feedback:moderate": "Release, redact, withhold and escalate comments.",
        "feedback:publish": "Approve actions and replies, and publish them.",
        "feedback:read": "Read the figures.",
        "feedback:read:comments": "Read and search the words of responses.",
        "feedback:read:small_numbers": "Read single responses, and figures of fewer than five.",
        "feedback:returns": "Draft and check the national return.",
        "feedback:returns:sign_off": "Sign the national return off.",
        "feedback:submit": "Key in answers given on paper, by telephone or in person.",
        "feedback:surveys": "Write and publish surveys, and teams' public codes.",
        "inbox:manage": "Replay and discard what came in from feeds.",
        "inbox:read": "Read what came in from feeds, raw bodies included.",
        "keys:manage": "Make and revoke keys; make and change users.",
        "keys:read": "Read users, their roles, and what is known of their keys.",
        "metrics:read": "Read the counters of a process.",
        "monitoring:manage": "Read and change a person's equality monitoring, telling why.",
        "monitoring:read": "Read figures of the register's equality monitoring.",
        "organisation:manage": "Change directorates, services and teams.",
        "organisation:read": "Read directorates, services and teams.",
        "recovery:keep": "Keep referrals to recovery services.",
        "registers:checks": "Record checks and training, and see what ends soon.",
        "registers:fund": "Decide on the co-production fund, and note what is spent.",
        "registers:configure": "Publish the texts that people consent to.",
        "registers:applicants": "Keep applicants with lived experience, and read of them.",
        "pastoral:concerns": "Take down and answer concerns about how somebody is treated.",
        "pastoral:keep": "Keep the pastoral plans of those whose named lead one is.",
        "registers:manage": "Keep the involvement register: welcome, change, merge.",
        "registers:messages": "See what is said to people, hand it over, and write its templates.",
        "registers:opportunities": "Publish opportunities, invite, accept, and note who came.",
        "registers:on_behalf": "Act for a person of the register on their word, noted as such.",
        "registers:read": "Read who is on the involvement register.",
        "rights:govern": "Read all that is held of a person, hold, erase, and decide on retention.",
        "rights:read": "Read requests for what is held of a person, legal holds and retention.",
        "rights:write": "Take down what a person asks for of what is held of them.",
        "resources:ask": "Ask for a format that a resource of the library has not.",
        "resources:manage": "Keep the library of accessible information.",
        "resources:read": "Read the library of accessible information.",
    }
)
