"""What must be true of a survey before anybody is asked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from app.domain.feedback.parts import BETTER, GOOD
from app.domain.feedback.surveys import fixed
from app.domain.feedback.surveys.content import (
    AnyQuestion,
    Audience,
    Characteristic,
    Choice,
    Choices,
    Content,
    Demographic,
    Fft,
    FixedOptions,
    FreeText,
    InvolvedInCare,
    Role,
    Variant,
    Wording,
    worded,
)
from app.domain.feedback.surveys.rendering import fixed_options, own_options

Fault = dict[str, str]
Texts = Mapping[str, Mapping[Audience, Wording]]
# What a response has one place for.
_SINGLE = ("involved", "consent_public", "contact_wanted", "respondent_type")


def faults(content: Content) -> list[Fault]:
    """Name all that stands against publishing, each with its place in the draft."""
    return [*_shape(content), *_questions(content), *_wordings(content)]


def _fault(place: str, code: str, detail: str) -> Fault:
    return {"pointer": f"#/content/{place}", "detail": detail, "code": code}


def _shape(content: Content) -> Iterator[Fault]:
    asked = content.questions
    keys = Counter(question.key for question in asked)
    kinds = Counter(str(question.kind) for question in asked)
    fields = Counter(each.field for each in asked if isinstance(each, Demographic))
    roles = Counter(each.role for each in asked if isinstance(each, FreeText))
    if kinds["fft"] != 1:
        yield _fault("questions", "one_fft", "Exactly one question is the national one")
    elif not _text_follows(asked):
        yield _fault("questions", "text_after_fft", "A text question must follow the national one")
    twice = [str(key) for key, count in keys.items() if count > 1]
    twice += [kind for kind in _SINGLE if kinds[kind] > 1]
    twice += [str(field) for field, count in fields.items() if count > 1]
    twice += [str(role) for role in (Role.GOOD, Role.BETTER) if roles[role] > 1]
    for name in twice:
        yield _fault("questions", "twice", f"`{name}` may stand once")
    shown = [(each.language, each.audience) for each in content.variants]
    if len(set(shown)) < len(shown):
        yield _fault("variants", "twice", "A language and audience may stand once")
    first = content.variants[0]
    for number, variant in enumerate(content.variants):
        if (variant.language, Audience.STANDARD) not in shown:
            yield _fault(f"variants/{number}", "no_standard", "Its language has no standard form")
    if first.audience is not Audience.STANDARD:
        yield _fault("variants/0", "no_standard", "The first form is for everybody")


def _text_follows(asked: Iterable[AnyQuestion]) -> bool:
    """Tell whether everybody meets free text after the national question (domain reference 1.1)."""
    asked = list(asked)
    behind = next(n for n, each in enumerate(asked) if isinstance(each, Fft))
    return any(isinstance(q, FreeText) and q.shown_if is None for q in asked[behind + 1 :])


def _own_text(question: AnyQuestion) -> bool:
    return isinstance(question, FreeText) and question.role is Role.OTHER


def _questions(content: Content) -> Iterator[Fault]:
    earlier: dict[str, set[str]] = {}
    for number, question in enumerate(content.questions):
        place = f"questions/{number}"
        codes = [option.code for option in own_options(question)]
        if len(set(codes)) < len(codes):
            yield _fault(f"{place}/options", "twice", "A code may stand once")
        if isinstance(question, Demographic) and (
            (question.field is Characteristic.LANGUAGE) != bool(question.options)
        ):
            yield _fault(f"{place}/options", "options", "Only `language` brings its options")
        if _own_text(question) and question.key in (GOOD, BETTER):
            yield _fault(f"{place}/key", "taken", "The two comments have this name")
        condition = question.shown_if
        if condition is not None and not set(condition.codes) <= earlier.get(condition.key, set()):
            yield _fault(f"{place}/shown_if", "not_earlier", "Names no earlier option")
        if isinstance(question, Fft) and condition is not None:
            yield _fault(f"{place}/shown_if", "fft_hidden", "The national question is always asked")
        earlier[question.key] = {*codes, *known_codes(question)}


def known_codes(question: AnyQuestion | FixedOptions) -> set[str]:
    """Give the codes of a question whose options are the same in every survey."""
    return {code.code for code in fixed_options(question)}


def _wordings(content: Content) -> Iterator[Fault]:
    texts = list(_texts(content))
    for number, variant in enumerate(content.variants):
        for place, text in texts:
            found = worded(text, variant)
            if found is None:
                yield _missing(place, variant, "has no wording")
            elif variant.easy_read and found.easy_read is None:
                yield _missing(place, variant, "has no easy-read text")
        own = any(variant.audience in text.get(variant.language, {}) for _, text in texts)
        if not own:
            yield _fault(f"variants/{number}", "nothing_own", "Nothing is worded for this form")
        for at, question in enumerate(content.questions):
            if isinstance(question, FixedOptions):
                yield from _fixed(f"questions/{at}", question, variant)


def _missing(place: str, variant: Variant, what: str) -> Fault:
    shown = f"for {variant.audience} in {variant.language}"
    return _fault(place, "incomplete", f"{what[0].upper()}{what[1:]} {shown}")


def _texts(content: Content) -> Iterator[tuple[str, Texts]]:
    """Give each text that a survey words for itself, with its place."""
    yield "title", content.title
    for name in ("introduction", "thanks"):
        if found := getattr(content, name):
            yield name, found
    for number, question in enumerate(content.questions):
        place = f"questions/{number}"
        if not isinstance(question, Fft | InvolvedInCare):
            yield f"{place}/wording", question.wording
        elif isinstance(question, Fft) and question.lead_in:
            yield f"{place}/lead_in", question.lead_in
        if isinstance(question, Choice | Choices | Demographic):
            for at, option in enumerate(own_options(question)):
                yield f"{place}/options/{at}/wording", option.wording


def _fixed(place: str, question: FixedOptions, variant: Variant) -> Iterator[Fault]:
    """Refuse other English than the fixed one, and demand all labels in other languages."""
    known = known_codes(question)
    if unknown := sorted({*question.pictures} - known):
        yield _fault(f"{place}/pictures", "unknown_code", f"No option has the code {unknown[0]}")
    if fixed.english(variant.language):
        worded_here = (
            isinstance(question, Fft | InvolvedInCare) and variant.language in question.wording
        )
        if worded_here or variant.language in question.labels:
            yield _fault(f"{place}/wording", "fixed_wording", "Its English wording is fixed")
        return
    if isinstance(question, Fft | InvolvedInCare) and worded(question.wording, variant) is None:
        yield _missing(f"{place}/wording", variant, "has no wording")
    labels = question.labels.get(variant.language, {})
    easy = all(label.easy_read for label in labels.values()) or not variant.easy_read
    if labels.keys() != known or not easy:
        yield _missing(f"{place}/labels", variant, "does not have each label just once")
