from enum import StrEnum


class Access(StrEnum):
    """What is there so that everybody can take part."""

    STEP_FREE = "step_free"
    ACCESSIBLE_TOILET = "accessible_toilet"
    HEARING_LOOP = "hearing_loop"
    BSL_INTERPRETER = "bsl_interpreter"
    LANGUAGE_INTERPRETER = "language_interpreter"
    EASY_READ = "easy_read"
    LIVE_CAPTIONS = "live_captions"
    QUIET_SPACE = "quiet_space"
    ADVOCATE = "advocate"
    TRAVEL_PAID = "travel_paid"
