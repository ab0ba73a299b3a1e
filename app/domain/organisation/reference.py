"""Labels of the organisation's closed sets."""

from typing import Final

from app.core.reference import CodeList
from app.domain.organisation.models import FftCategory, Segment, Setting

SEGMENT: Final = CodeList.of(
    "segment",
    "Segment of care",
    {
        Segment.PHYSICAL_HEALTH: "Physical health",
        Segment.MENTAL_HEALTH_LEARNING_DISABILITY: "Mental health and learning disability",
    },
    {
        Segment.PHYSICAL_HEALTH: "Care for your body",
        Segment.MENTAL_HEALTH_LEARNING_DISABILITY: "Care for your mind or a learning disability",
    },
)
SETTING: Final = CodeList.of(
    "setting",
    "Where care is given",
    {Setting.COMMUNITY: "Community", Setting.INPATIENT: "Inpatient"},
    {Setting.COMMUNITY: "At home or in a clinic", Setting.INPATIENT: "Staying in hospital"},
)
FFT_CATEGORY: Final = CodeList.of(
    "fft_category",
    "Friends and Family Test submission category",
    {
        FftCategory.MH_PRIMARY_CARE: "Mental health: primary care",
        FftCategory.MH_SECONDARY_CARE_COMMUNITY: (
            "Mental health: secondary care community services"
        ),
        FftCategory.MH_ACUTE: "Mental health: acute services",
        FftCategory.MH_SPECIALIST: "Mental health: specialist services",
        FftCategory.MH_SECURE_FORENSIC: "Mental health: secure and forensic services",
        FftCategory.MH_CHILD_ADOLESCENT: (
            "Mental health: child and adolescent mental health services"
        ),
        FftCategory.MH_OTHER: "Mental health: other",
        FftCategory.CH_INPATIENT: "Community healthcare: inpatient services",
        FftCategory.CH_NURSING: "Community healthcare: nursing services",
        FftCategory.CH_REHABILITATION_THERAPY: (
            "Community healthcare: rehabilitation and therapy services"
        ),
        FftCategory.CH_SPECIALIST: "Community healthcare: specialist services",
        FftCategory.CH_CHILDREN_FAMILY: "Community healthcare: children and family services",
        FftCategory.CH_OTHER: "Community healthcare: other",
    },
    {
        FftCategory.MH_PRIMARY_CARE: "Mental health care near your doctor",
        FftCategory.MH_SECONDARY_CARE_COMMUNITY: "Mental health care at home or in a clinic",
        FftCategory.MH_ACUTE: "Mental health care in hospital",
        FftCategory.MH_SPECIALIST: "Special mental health care",
        FftCategory.MH_SECURE_FORENSIC: "Mental health care on a locked ward",
        FftCategory.MH_CHILD_ADOLESCENT: "Mental health care for children and young people",
        FftCategory.MH_OTHER: "Other mental health care",
        FftCategory.CH_INPATIENT: "Care in a community hospital",
        FftCategory.CH_NURSING: "Nurses at home or in a clinic",
        FftCategory.CH_REHABILITATION_THERAPY: "Help to get better and move again",
        FftCategory.CH_SPECIALIST: "Special health care near home",
        FftCategory.CH_CHILDREN_FAMILY: "Care for children and families",
        FftCategory.CH_OTHER: "Other health care near home",
    },
)

LISTS: Final = (SEGMENT, SETTING, FFT_CATEGORY)
