"""F-01 and F-02 by hand: `python -m tests.long.crashes --engine sqlite --cycles 1000`.

Each cycle is work for a random while, kill -9, start. The end of each block is judged.
"""

import sys

from tests.faults.drive import Load
from tests.long import blocks


def main() -> int:
    parser = blocks.options(__doc__, "cycles", 1_000, 50)
    parser.add_argument("--least-ms", type=int, default=50)
    parser.add_argument("--most-ms", type=int, default=3_000)
    chosen = parser.parse_args()

    async def work(load: Load, size: int) -> int:
        await load.run(lambda: load.kills(size, chosen.least_ms, chosen.most_ms))
        return len(load.outages)

    return blocks.run(chosen, work)


if __name__ == "__main__":
    sys.exit(main())
