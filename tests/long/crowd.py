"""Many at once at two servers on one PostgreSQL, by hand: `python -m tests.long.crowd --seeds 50`."""

import argparse
import sys
import tempfile

import uvloop

from tests.services import postgres_server
from tests.twins.crowd import crowd


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--moments", type=int, default=100)
    chosen = parser.parse_args()
    cluster, broken = postgres_server(), 0
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        dsn = cluster.create_database()
        with tempfile.TemporaryDirectory() as folder:
            done, wrong = await crowd(dsn, folder, str(seed), chosen.moments)
        cluster.drop_database(dsn)
        broken += bool(wrong)
        print(f"seed {seed}: {done} requests", *wrong, sep="\n  ", flush=True)
    cluster.close()
    print(f"{chosen.seeds} seeds, {broken} of them broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
