"""From answers by key to a response, by a form that is made once per version of a survey."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.core.errors import InvalidError
from app.domain.feedback.codes import RespondentType
from app.domain.feedback.surveys.content import (
    AnyQuestion,
    Audience,
    Choices,
    Content,
    Demographic,
    FreeText,
    Role,
    ShownIf,
)
from app.domain.feedback.surveys.rendering import STARS, answer_of, fixed_options, own_options

Fault = tuple[str, str]
Check = Callable[[Any], Fault | None]
Put = Callable[[dict[str, Any], Any], None]

_TYPE: Final[Mapping[str, Fault]] = {
    "code": ("one_code", "Takes the code of one option"),
    "codes": ("list_of_codes", "Takes a list of codes"),
    "stars": ("stars", "Takes a whole number of stars from 1 to 5"),
    "text": ("text", "Takes a text"),
    "tick": ("tick", "Takes true or false"),
}
_UNKNOWN_OPTION: Final = ("unknown_option", "No option has this code")


class _Step(NamedTuple):
    """What is done with one question's answer."""

    key: str
    required: bool
    shown_if: ShownIf | None
    check: Check
    put: Put


class Form:
    """One version of a survey as a submission meets it; holds nothing of any response."""

    def __init__(self, version_id: UUID, survey_id: UUID, content: Content) -> None:
        self.survey_id, self.content = survey_id, content
        self._id = str(version_id)
        self._languages = {each.language.lower(): each.language for each in content.variants}
        self._steps = [_step(question) for question in content.questions]
        self._keys = frozenset(step.key for step in self._steps)

    def language(self, tag: str | None) -> str | None:
        """Give a language of the survey's own; raises InvalidError for any other."""
        if tag is None:
            return None
        found = self._languages.get(tag.lower())
        if found is None:
            detail = "The survey is not in this language"
            raise InvalidError.at("#/language", detail, "unknown_language")
        return found

    def take(self, answers: Mapping[str, Any], audience: Audience) -> dict[str, Any]:
        """Give the parts of a response that the answers fill; raises InvalidError with all faults.

        Null and blank text are no answer. A carer's form is answered by a carer unless told
        otherwise.
        """
        faults = [
            (key, "unknown_question", "No such question") for key in answers.keys() - self._keys
        ]
        found: dict[str, Any] = {"survey_version_id": self._id}
        if audience is Audience.CARER:
            found["respondent_type"] = RespondentType.CARER
        for step in self._steps:
            answer = answers.get(step.key)
            if answer is None or answer == [] or (type(answer) is str and not answer.strip()):
                if step.required and _shown(step.shown_if, answers):
                    faults.append((step.key, "missing", "Must be answered"))
            elif step.shown_if is not None and not _shown(step.shown_if, answers):
                faults.append((step.key, "not_asked", "Is not asked after these answers"))
            elif fault := step.check(answer):
                faults.append((step.key, *fault))
            else:
                step.put(found, answer)
        if faults:
            raise InvalidError(errors=[_told(*fault) for fault in sorted(faults)])
        return found


def _told(key: str, code: str, detail: str) -> dict[str, str]:
    place = key.replace("~", "~0").replace("/", "~1")
    return {"pointer": f"#/answers/{place}", "detail": detail, "code": code}


def _shown(condition: ShownIf | None, answers: Mapping[str, Any]) -> bool:
    if condition is None:
        return True
    given = answers.get(condition.key)
    chosen = given if isinstance(given, list) else [given]
    return any(code in condition.codes for code in chosen)


def _step(question: AnyQuestion) -> _Step:
    return _Step(
        question.key, question.required, question.shown_if, _check(question), _put(question)
    )


def _check(question: AnyQuestion) -> Check:
    kind = answer_of(question)
    if kind == "text":
        return _text(question.max_length if isinstance(question, FreeText) else 0)
    if kind == "tick":
        return lambda answer: None if type(answer) is bool else _TYPE["tick"]
    if kind == "stars":
        return _stars
    own = {option.code for option in own_options(question)}
    codes = frozenset(own | {code.code for code in fixed_options(question)})
    if kind == "code":
        return _code(codes)
    return _codes(codes, (isinstance(question, Choices) and question.most) or len(codes))


def _stars(answer: Any) -> Fault | None:
    return None if type(answer) is int and 1 <= answer <= STARS else _TYPE["stars"]


def _text(most: int) -> Check:
    def check(answer: Any) -> Fault | None:
        if type(answer) is not str:
            return _TYPE["text"]
        return ("too_long", f"Takes at most {most} characters") if len(answer) > most else None

    return check


def _code(codes: frozenset[str]) -> Check:
    def check(answer: Any) -> Fault | None:
        if type(answer) is not str:
            return _TYPE["code"]
        return None if answer in codes else _UNKNOWN_OPTION

    return check


def _codes(codes: frozenset[str], most: int) -> Check:
    def check(answer: Any) -> Fault | None:
        if type(answer) is not list or not all(type(each) is str for each in answer):
            return _TYPE["codes"]
        if not codes.issuperset(answer):
            return _UNKNOWN_OPTION
        if len(set(answer)) < len(answer):
            return ("twice", "Names an option more than once")
        return ("too_many", f"Takes at most {most} options") if len(answer) > most else None

    return check


def _put(question: AnyQuestion) -> Put:
    """Say where in a response an answer belongs."""
    key = question.key
    if isinstance(question, Demographic):
        return _told_of(question.field.value)
    if isinstance(question, FreeText):
        own = question.role is Role.OTHER
        return _within("texts", key) if own else _place(f"comment_{question.role}")
    placed: dict[str, Put] = {
        "fft": _place("fft_answer"),
        "rating": lambda found, answer: found.setdefault("item_ratings", []).append(
            {"item": key, "stars": answer}
        ),
        "consent_public": lambda found, answer: found.update(consent_public=not answer),
        **{name: _place(name) for name in ("involved", "contact_wanted", "respondent_type")},
    }
    return placed.get(question.kind) or _within("answers", key)


def _place(name: str) -> Put:
    def put(found: dict[str, Any], answer: Any) -> None:
        found[name] = answer

    return put


def _within(part: str, name: str) -> Put:
    def put(found: dict[str, Any], answer: Any) -> None:
        found.setdefault(part, {})[name] = answer

    return put


def _told_of(field: str) -> Put:
    return _place(field) if field == "language" else _within("demographics", field)
