"""One form as a front end shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.core.reference import Code
from app.domain.feedback.surveys import fixed
from app.domain.feedback.surveys.content import (
    CHAINS,
    AnyQuestion,
    Audience,
    Choice,
    Choices,
    Content,
    Demographic,
    Fft,
    FixedOptions,
    FreeText,
    InvolvedInCare,
    Option,
    Variant,
    Worded,
    Wording,
    worded,
)

STARS: Final = 5
# What an answer looks like, by kind of question.
_ANSWERS: Final = {
    "rating": "stars",
    "choices": "codes",
    "text": "text",
    "consent_public": "tick",
    "contact_wanted": "tick",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody would like: languages best first, for whom, and whether in easy read."""

    languages: Sequence[str] = ()
    audience: Audience = Audience.STANDARD
    easy_read: bool = False


def choose(variants: Sequence[Variant], asked: Asked) -> Variant:
    """Give the form that fits best; the first one's language where none is spoken."""
    language = _language([each.language for each in variants], asked.languages)
    spoken = {each.audience: each for each in variants if each.language == language}
    audience = next((each for each in CHAINS[asked.audience] if each in spoken), None)
    return spoken[audience] if audience is not None else next(iter(spoken.values()))


def _language(known: Sequence[str], wanted: Iterable[str]) -> str:
    """Look a language up by RFC 4647: a tag that is not known is cut from its end."""
    by_name = {name.lower(): name for name in reversed(known)}
    for tag in wanted:
        parts = tag.lower().split("-")
        while parts:
            if found := by_name.get("-".join(parts)):
                return found
            parts.pop()
            if parts and len(parts[-1]) == 1:
                parts.pop()
    return known[0]


def render(content: Content, variant: Variant) -> dict[str, Any]:
    """Give title and questions as this form words them."""
    return {
        "title": _shown(worded(content.title, variant)),
        "introduction": _shown(worded(content.introduction, variant)),
        "thanks": _shown(worded(content.thanks, variant)),
        "questions": [_question(each, variant) for each in content.questions],
    }


def _shown(wording: Wording | None) -> dict[str, Any] | None:
    return None if wording is None else {"text": wording.text, "easy_read": wording.easy_read}


def _question(question: AnyQuestion, variant: Variant) -> dict[str, Any]:
    text = _text(question, variant)
    condition = question.shown_if
    return {
        "key": question.key,
        "kind": question.kind,
        "answer": answer_of(question),
        "required": question.required,
        "shown_if": None if condition is None else condition.model_dump(),
        "lead_in": _shown(worded(_lead_in(question), variant)),
        "text": text.text,
        "easy_read": text.easy_read,
        "picture": question.picture,
        "options": _options(question, variant),
        "most": _most(question),
        "max_length": question.max_length if isinstance(question, FreeText) else None,
    }


def answer_of(question: AnyQuestion) -> str:
    if isinstance(question, Demographic):
        return {"carer": "tick", "disability": "codes"}.get(question.field, "code")
    return _ANSWERS.get(question.kind, "code")


def _lead_in(question: AnyQuestion) -> Worded:
    return question.lead_in if isinstance(question, Fft) else {}


def _text(question: AnyQuestion, variant: Variant) -> Wording:
    """Give a question's text; a published form has each, a draft shows the key in its place."""
    if fixed.english(variant.language) and isinstance(question, Fft | InvolvedInCare):
        text, easy_read = fixed.FFT if isinstance(question, Fft) else fixed.INVOLVED
        return Wording(text=text, easy_read=easy_read)
    return worded(question.wording, variant) or Wording(text=question.key)


def _most(question: AnyQuestion) -> int | None:
    return question.most if isinstance(question, Choices) else None


def own_options(question: AnyQuestion) -> Sequence[Option]:
    """Give the options that a survey brings itself."""
    if isinstance(question, Choice | Choices):
        return question.options
    return (question.options or ()) if isinstance(question, Demographic) else ()


def fixed_options(question: AnyQuestion | FixedOptions) -> Sequence[Code]:
    """Give the options of a question whose codes are the same in every survey."""
    name = getattr(question, "field", None) or getattr(question, "kind", None)
    found = fixed.LISTS.get(str(name))
    return found.codes if found else ()


def _options(question: AnyQuestion, variant: Variant) -> list[dict[str, Any]]:
    shown = []
    for option in own_options(question):
        label = worded(option.wording, variant) or Wording(text=option.code)
        shown.append(_option(option.code, label, option.picture))
    if isinstance(question, FixedOptions):
        labels = question.labels.get(variant.language, {})
        for code in fixed_options(question):
            ours = Wording(text=code.label, easy_read=code.easy_read_label)
            label = labels.get(code.code, ours)
            shown.append(_option(code.code, label, question.pictures.get(code.code)))
    return shown


def _option(code: str, label: Wording, picture: str | None) -> dict[str, Any]:
    return {"code": code, "label": label.text, "easy_read": label.easy_read, "picture": picture}
