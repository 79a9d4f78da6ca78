"""How often somebody may do something, counted the same on every wire."""

from careline.core.actor import Actor
from careline.core.clock import Clock
from careline.core.errors import TooMany
from careline.core.limits import Limiter, network
from careline.settings import Settings


class Gate:
    """One limiter for all wires of this process; raises `TooMany`."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        names = [name.removeprefix("limit_") for name in Settings.__struct_fields__ if name.startswith("limit_")]
        self._rates = {name: settings.rate(name) for name in names}
        self._limiter = Limiter()
        self._clock = clock

    def take(self, name: str, *key: str) -> None:
        """Count one of `name` for the key, or refuse with the milliseconds to wait."""
        if wait := self._limiter.take((name, *key), self._rates[name], self._clock.monotonic_ms()):
            raise TooMany(wait)

    def take_as(self, name: str, actor: Actor) -> None:
        self.take(name, actor.workspace_id, actor.person)

    def take_from(self, name: str, address: str) -> None:
        self.take(name, network(address))

    def send(self, actor: Actor) -> None:
        self.take_as("send_contact" if actor.kind == "contact" else "send_staff", actor)
