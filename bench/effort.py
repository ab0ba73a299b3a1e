from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: all of it, or as much as shows in a minute that everything works."""

    rounds: int = 15  # many short ones: others use the machine too
    seconds: int = 2  # wrk takes whole ones
    events: int = 100_000
    file_rows: tuple[int, int] = (10_000, 1_000_000)
    listed: int = 200_000
    year: int = 24_000_000
    trusts: int = 200
    searched: int = 5_000_000
    searches: int = 8  # times each is asked
    asked: int = 300  # requests of which a p95 is taken
    people: int = 50_000  # on the register, and a tenth as many opportunities


FULL = Effort()
QUICK = Effort(
    rounds=2,
    seconds=1,
    events=10_000,
    file_rows=(1_000, 20_000),
    listed=10_000,
    year=40_000,
    trusts=20,
    searched=20_000,
    searches=2,
    asked=40,
    people=5_000,
)
