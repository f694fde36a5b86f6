"""The most frequent of any number of names, in memory that does not grow."""

from __future__ import annotations


class HeavyHitters:
    """Counts names in so many places (Space-Saving: Metwally, Agrawal and El Abbadi, 2005).

    Where all places are taken, a new name takes the place of the least frequent one and inherits its count, which is
    kept as the new one's error. With N names added in k places no error is above N / k, and whoever was added more
    often than that has a place. Not for several threads at once.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._place_of: dict[str, int] = {}
        self.names: list[str] = []
        self.counts: list[int] = []
        """How often each was added, at most."""
        self.errors: list[int] = []
        """By how much that may be too high."""

    def add(self, name: str) -> tuple[int, bool]:
        """The name's place, and whether it has been given that place just now."""
        place = self._place_of.get(name)
        if place is not None:
            self.counts[place] += 1
            return place, False
        return self._give_place(name), True

    def clear(self) -> None:
        self._place_of.clear()
        self.names.clear()
        self.counts.clear()
        self.errors.clear()

    def _give_place(self, name: str) -> int:
        if len(self.names) < self._places:
            self.names.append(name)
            self.counts.append(1)
            self.errors.append(0)
            place = len(self.names) - 1
        else:
            least = min(self.counts)
            place = self.counts.index(least)
            del self._place_of[self.names[place]]
            self.names[place], self.counts[place], self.errors[place] = name, least + 1, least
        self._place_of[name] = place
        return place
