"""How far back the index is asked at once: in stretches of the log, each about as long as will hold what is wanted.

PostgreSQL's index has no order. Asked for a word it gives all that there is, so it is asked for what stands in a few
stretches only: those that a message stands in are terms of the index like its words. They are 2^10 to 2^22 places long
and begin where a multiple of that does. What the last ones held says how long the next should be.
"""

LENGTHS = (10, 13, 16, 19, 22)
TOGETHER = 7  # with one more of them, the next length does
MOST = 4_096  # more than the shortest can hold: where longer ones hold as many, they are not read to their end
_ANY = 1 << 62


class Stretches:
    """The way back through one workspace's places, a stretch at a time."""

    def __init__(self) -> None:
        self._places = 0.0
        self._matches = 0.0
        self._length = 0
        self._below = [_ANY] * len(LENGTHS)

    def next(self, before: int, wanted: int) -> tuple[list[int], int]:
        """The stretches that end with the place before this one, as the index knows them, and their first place.

        They are as long as there can be and as many as should hold what is wanted. One more is reckoned with than was
        found: where nothing was, there may still be something.
        """
        matches = (self._matches + 1) / max(self._places, 1)
        wanted = min(wanted, MOST // 4)
        self._length = 0
        for length, bits in enumerate(LENGTHS[1:], 1):
            if matches * (1 << bits) > wanted or before > self._below[length]:
                break
            self._length = length
        bits = LENGTHS[self._length]
        count = min(max(int(wanted / (matches * (1 << bits))), 1), TOGETHER) if self._length else 1
        last = before - 1 >> bits
        return [number * 64 + bits for number in range(last - count + 1, last + 1)], (last - count + 1) << bits

    def held(self, places: int, matches: int) -> None:
        """So many places had so many matches. What was learned before counts half as much each time."""
        self._places = self._places / 2 + places
        self._matches = self._matches / 2 + matches

    def were_full(self, before: int) -> None:
        """The last ones held too much: until this one lies behind, only shorter ones are asked."""
        for length in range(self._length, len(LENGTHS)):
            bits = LENGTHS[length]
            self._below[length] = before - 1 >> bits << bits
