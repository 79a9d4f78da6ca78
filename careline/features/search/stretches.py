"""How far back the index is asked at once: in stretches of the log, each about as long as will hold what is wanted.

PostgreSQL's index has no order. Asked for a word it gives all that there is, so it is asked for what stands in one
stretch only: the stretches that a message stands in are terms of the index like its words. They are 2^10 to 2^22 places
long and begin where a multiple of that does. What the last ones held says how long the next should be.
"""

LENGTHS = (10, 13, 16, 19, 22)
MOST = 4_096  # more than the shortest can hold: a longer one that holds as many is not read to its end
_ANY = 1 << 62


class Stretches:
    """The way back through one workspace's places, a stretch at a time."""

    def __init__(self) -> None:
        self._places = 0.0
        self._matches = 0.0
        self._length = 0
        self._below = [_ANY] * len(LENGTHS)

    def next(self, before: int, wanted: int) -> tuple[int, int]:
        """The stretch in which the place before this one is, as the index knows it, and its first place.

        It is the longest that should hold no more than twice what is wanted. One more is reckoned with than was found:
        where nothing was, there may still be something.
        """
        matches = (self._matches + 1) / max(self._places, 1)
        most = min(wanted * 2, MOST // 2)
        self._length = 0
        for length, bits in enumerate(LENGTHS[1:], 1):
            if matches * (1 << bits) > most or before > self._below[length]:
                break
            self._length = length
        bits = LENGTHS[self._length]
        return (before - 1 >> bits) * 64 + bits, before - 1 >> bits << bits

    def held(self, places: int, matches: int) -> None:
        """So many places had so many matches. What was learned before counts half as much each time."""
        self._places = self._places / 2 + places
        self._matches = self._matches / 2 + matches

    def was_full(self, before: int) -> None:
        """The last one held too much: until it lies behind, only shorter ones are asked."""
        for length in range(self._length, len(LENGTHS)):
            bits = LENGTHS[length]
            self._below[length] = before - 1 >> bits << bits
