from typing import Self

from pydantic import BaseModel, Field

from app.core.reference import CodeList


class CodeOut(BaseModel):
    code: str = Field(description="The value on the wire.", examples=["very_good"])
    label: str = Field(examples=["Very good"])
    easy_read_label: str = Field(
        description="The label in easy read: short and plain words.", examples=["Very good"]
    )
    order: int = Field(description="Its place when shown, from 1.", examples=[1])
    retired: bool = Field(
        description="Still stored and shown, no longer offered.", examples=[False]
    )


class ReferenceList(BaseModel):
    """A closed list of codes, whole."""

    name: str = Field(examples=["fft_answer"])
    title: str = Field(examples=["Overall, how was your experience of our service?"])
    items: list[CodeOut]
    next: None = Field(None, description="Always null: these lists have one page.")

    @classmethod
    def of(cls, found: CodeList) -> Self:
        items = [
            CodeOut(
                code=code.code,
                label=code.label,
                easy_read_label=code.easy_read_label,
                order=order,
                retired=code.retired,
            )
            for order, code in enumerate(found.codes, 1)
        ]
        return cls(name=found.name, title=found.title, items=items, next=None)


class ReferenceListed(BaseModel):
    name: str = Field(description="As in `/v1/reference/{name}`.", examples=["fft_answer"])
    title: str = Field(examples=["Overall, how was your experience of our service?"])


class ReferenceLists(BaseModel):
    items: list[ReferenceListed]
    next: None = Field(None, description="Always null: there is one page.")
