"""Which door asks for which action: every command, menu entry, button, form and private page of the app, by name.

The permission table (``rules.MAY``) says who may do what; this says what each door is for. The gate before the doors,
``docs/permissions.md`` and the test of every cell read both, so there is no other list. A door that is missing here
fails that test. Pure.
"""

from typing import Final

from bot.members.rules import Action

COMMANDS: Final[dict[str, Action]] = {
    "checkin": Action.CHECK_IN,
    "skill": Action.GET_SKILL,
    "toolbox": Action.GET_SKILL,
    "sessions": Action.SEE_SESSIONS,
    "support": Action.REACH_STAFF,
    "rules": Action.ACCEPT_RULES,
    "reminders": Action.OWN_SETTINGS,
    "privacy show": Action.OWN_DATA,
    "privacy export": Action.OWN_DATA,
    "privacy erase": Action.OWN_DATA,
    "private": Action.OWN_DATA,
    "stop": Action.STOP,
    "member enrol": Action.ENROL,
    "member discharge": Action.ENROL,
    "incident list": Action.HANDLE_INCIDENT,
    "incident show": Action.HANDLE_INCIDENT,
    "incident ack": Action.HANDLE_INCIDENT,
    "incident note": Action.HANDLE_INCIDENT,
    "incident resolve": Action.HANDLE_INCIDENT,
    "incident reopen": Action.HANDLE_INCIDENT,
    "oncall who": Action.SEE_ON_CALL,
    "oncall calendar": Action.SEE_ON_CALL,
    "oncall override": Action.CHANGE_ROTA,
    "oncall timeoff": Action.CHANGE_ROTA,
    "oncall drill": Action.HANDLE_INCIDENT,
    "oncall page": Action.HANDLE_INCIDENT,
    "lexicon add": Action.EDIT_LEXICON,
    "lexicon remove": Action.EDIT_LEXICON,
    "lexicon list": Action.EDIT_LEXICON,
    "lexicon test": Action.EDIT_LEXICON,
    "lexicon review": Action.EDIT_LEXICON,
    "mod queue": Action.MODERATE,
    "mod filters": Action.MODERATE,
    "mod warn": Action.ACT_ON_PERSON,
    "mod timeout": Action.ACT_ON_PERSON,
    "mod remove": Action.ACT_ON_PERSON,
    "mod case": Action.SEE_CASES,
    "mod lock": Action.CLOSE_CHANNEL,
    "mod unlock": Action.CLOSE_CHANNEL,
    "mod slow": Action.CLOSE_CHANNEL,
}
"""Slash commands, by their full names."""

MENUS: Final[dict[str, Action]] = {
    "Worried about them": Action.REACH_STAFF,
    "Report to staff": Action.REACH_STAFF,
    "This was missed": Action.EDIT_LEXICON,
}
"""Entries of a message's own menu."""

BUTTONS: Final[dict[str, Action]] = {
    "support:ask": Action.REACH_STAFF,
    "crisis:contact": Action.REACH_STAFF,
    "crisis:safe": Action.REACH_STAFF,
    "report:form": Action.REACH_STAFF,
    "member:agree": Action.ANSWER_OWN,
    "member:not-now": Action.ANSWER_OWN,
    "held:withdraw": Action.ANSWER_OWN,
    "drill:arrived": Action.ANSWER_OWN,
    "drill:mine": Action.ANSWER_OWN,
    "member:settings": Action.OWN_SETTINGS,
    "member:settings-form": Action.OWN_SETTINGS,
    "privacy:erase": Action.OWN_DATA,
    "privacy:keep": Action.OWN_DATA,
    "checkin:open": Action.CHECK_IN,
    "checkin:form": Action.CHECK_IN,
    "checkin:form-any": Action.CHECK_IN,
    "checkin:habits": Action.CHECK_IN,
    "checkin:habits-form": Action.CHECK_IN,
    "checkin:no-nudge": Action.CHECK_IN,
    "checkin:show": Action.READ_CHECKIN,
    "checkin:who": Action.SEE_UNHEARD,
    "checkin:done": Action.DO_TASK,
    "rules:accept": Action.ACCEPT_RULES,
    "session:coming": Action.ANSWER_SESSION,
    "session:late": Action.ANSWER_SESSION,
    "session:cannot": Action.ANSWER_SESSION,
    "skill:helped": Action.GET_SKILL,
    "skill:not-for-me": Action.GET_SKILL,
    "skill:save": Action.GET_SKILL,
    "skill:unsave": Action.GET_SKILL,
    "incident:ack": Action.HANDLE_INCIDENT,
    "incident:still": Action.HANDLE_INCIDENT,
    "incident:escalate": Action.HANDLE_INCIDENT,
    "incident:hand": Action.HANDLE_INCIDENT,
    "incident:handed": Action.HANDLE_INCIDENT,
    "incident:resolve": Action.HANDLE_INCIDENT,
    "incident:resolved": Action.HANDLE_INCIDENT,
    "incident:reopen": Action.HANDLE_INCIDENT,
    "incident:open": Action.HANDLE_INCIDENT,
    "incident:read": Action.HANDLE_INCIDENT,
    "incident:followed": Action.HANDLE_INCIDENT,
    "unrecorded:ack": Action.HANDLE_INCIDENT,
    "rota:take": Action.CHANGE_ROTA,
    "rota:undo": Action.CHANGE_ROTA,
    "held:show": Action.MODERATE,
    "held:approve": Action.MODERATE,
    "held:decline": Action.MODERATE,
    "held:reword": Action.MODERATE,
    "report:show": Action.MODERATE,
    "report:who": Action.MODERATE,
    "report:close": Action.MODERATE,
    "lexicon:show": Action.EDIT_LEXICON,
    "lexicon:approve": Action.EDIT_LEXICON,
    "lexicon:decline": Action.EDIT_LEXICON,
    "lexicon:withdraw": Action.EDIT_LEXICON,
    "lexicon:missed": Action.EDIT_LEXICON,
    "review:show": Action.EDIT_LEXICON,
    "review:close": Action.EDIT_LEXICON,
    "review:closed": Action.EDIT_LEXICON,
}
"""Buttons and forms, by feature and verb of their custom ids."""

FROM_MEMORY: Final = frozenset({"unrecorded:ack"})
"""Who may press these is known from memory as well: they have to work while the database does not."""

PAGES: Final[dict[str, Action]] = {
    "/l/{token}": Action.OWN_DATA,
    "/leave": Action.OWN_DATA,
    "/me": Action.OWN_SETTINGS,
    "/a/{token}": Action.HANDLE_INCIDENT,
    "/second-factor": Action.HANDLE_INCIDENT,
    "/incident/{id}": Action.HANDLE_INCIDENT,
    "/incident/{id}/acknowledge": Action.HANDLE_INCIDENT,
    "/incident/{id}/resolve": Action.HANDLE_INCIDENT,
    "/incident/{id}/hand-over": Action.HANDLE_INCIDENT,
    "/incident/{id}/escalate": Action.HANDLE_INCIDENT,
    "/incident/{id}/reopen": Action.HANDLE_INCIDENT,
    "/incident/{id}/note": Action.HANDLE_INCIDENT,
    "/incident/{id}/log": Action.HANDLE_INCIDENT,
}
"""Private pages and their forms, by path."""

NOBODYS_PAGES: Final = frozenset({"/static/pages.css", "/favicon.ico", "/healthz"})
"""Pages that hold nothing of anybody, and ask nobody who they are."""
