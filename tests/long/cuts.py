"""F-15 by hand: `python -m tests.long.cuts --engine postgres --cuts 100000`.

Every answer to a first attempt is lost. The end of each block is judged.
"""

import sys

from tests.faults.drive import Load
from tests.faults.losing import lose_answers
from tests.long import blocks


def main() -> int:
    async def work(load: Load, size: int) -> int:
        return await lose_answers(load, size // len(load.clients))

    return blocks.run(blocks.options(__doc__, "cuts", 100_000, 5_000).parse_args(), work)


if __name__ == "__main__":
    sys.exit(main())
