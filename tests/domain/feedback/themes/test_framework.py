import pytest

from app.core.errors import InvalidError
from app.domain.feedback.themes.framework import (
    COLUMNS,
    CURRENT,
    WITHOUT_COUNTERPART,
    Framework,
    Theme,
    code_list,
)

# Domain reference 2.4.
CATEGORIES = {
    "General": 5,
    "Staff": 3,
    "Access to medical care & support": 4,
    "Communication & involvement": 6,
    "Mental Health specifics": 1,
    "Patient journey & service coordination": 2,
    "Medication & pain": 2,
    "Activities": 2,
    "Environment, equipment & catering": 4,
    "Service location, travel & transport": 3,
}
OTHER = Framework(
    "next",
    (
        Theme("parking", "Parking", "Travel", "Parking"),
        Theme("television", "Television", "Activities", "TV", retired=True),
    ),
)


def test_version_seven_has_ten_categories_and_32_sub_categories():
    found = {name: sum(t.category == name for t in CURRENT.themes) for name in CURRENT.categories}
    assert found == CATEGORIES
    assert len({theme.code for theme in CURRENT.themes}) == len(CURRENT.codes) == 32
    assert all(theme.code.isidentifier() and theme.code.islower() for theme in CURRENT.themes)


def test_columns_of_version_six_agree_with_codes_of_version_seven():
    assert set(COLUMNS.values()) == set(CURRENT.codes)
    names = {theme.name: theme.code for theme in CURRENT.themes}
    assert all(COLUMNS[name] == code for name, code in names.items() if name in COLUMNS)
    assert "Impact of treatment/ care" in WITHOUT_COUNTERPART
    assert not set(WITHOUT_COUNTERPART) & COLUMNS.keys()


def test_codes_are_put_in_the_frameworks_order():
    told = ["parking", "feeling_safe", "parking", "of_another_version"]
    assert CURRENT.ordered(told) == ["feeling_safe", "parking", "of_another_version"]
    assert CURRENT.check(["parking", "feeling_safe"]) == ["feeling_safe", "parking"]


@pytest.mark.parametrize(
    ("codes", "pointer", "kind"),
    [
        (["weather"], "#/themes/0", "unknown_theme"),
        (["parking", "television"], "#/themes/1", "retired_theme"),
        (["parking", "parking"], "#/themes/1", "repeated_theme"),
    ],
)
def test_what_cannot_be_used_is_refused_where_it_stands(codes, pointer, kind):
    with pytest.raises(InvalidError) as refused:
        OTHER.check(codes)
    (error,) = refused.value.extra["errors"]
    assert (error["pointer"], error["code"]) == (pointer, kind)


def test_a_retired_theme_is_shown_and_not_offered():
    assert OTHER.codes == ("parking",)
    assert [code.retired for code in code_list(OTHER).codes] == [False, True]
