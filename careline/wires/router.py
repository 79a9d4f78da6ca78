"""Which route an address means, for every wire alike."""

from collections.abc import Iterator
from typing import Any, Generic, Protocol, TypeVar


class Routed(Protocol):
    """What has a method, and a path with `{name}` segments."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...


R = TypeVar("R", bound=Routed)
Found = dict[str, tuple[R, tuple[str, ...]]]  # by method: the route, and the names of its parameters


class Router(Generic[R]):
    """Finds routes by walking a tree of path segments; a fixed segment goes before `{one}`, that before `{rest*}`."""

    def __init__(self, routes: list[R]) -> None:
        self.routes = routes
        self._tree: dict[str | None, Any] = {}
        for route in routes:
            node, names = self._tree, []
            for segment in route.path.strip("/").split("/"):
                if segment.startswith("{"):
                    names.append(segment.strip("{*}"))
                    segment = "{*}" if segment.endswith("*}") else "{}"
                node = node.setdefault(segment, {})
            methods = node.setdefault(None, {})
            if route.method in methods:
                raise ValueError(f"two routes for {route.method} {route.path}")
            methods[route.method] = (route, tuple(names))

    def find(self, path: str) -> tuple[Found[R], list[str]]:
        """The methods at a path, and the values of its parameters as they came; no methods where nothing is."""
        node, values, whole = self._walk(path)
        return (node.get(None, {}), values) if whole else ({}, [])

    def beside(self, path: str) -> list[R]:
        """The routes that begin as a path does at which nothing is, as far as any route does: where it got lost."""
        node, _, _ = self._walk(path)
        return [] if node is self._tree else list(_beneath(node))

    def _walk(self, path: str) -> tuple[dict[str | None, Any], list[str], bool]:
        """How far a path leads, the values on the way, and whether that is all of it."""
        values: list[str] = []
        node = self._tree
        # One slash before and one behind: `//metrics` must not pass a proxy that knows `/metrics`.
        segments = path.removeprefix("/").removesuffix("/").split("/")
        for place, segment in enumerate(segments):
            if segment in node and not segment.startswith("{"):
                node = node[segment]
            elif "{}" in node and segment:
                values.append(segment)
                node = node["{}"]
            elif "{*}" in node:
                values.append("/".join(segments[place:]))
                return node["{*}"], values, True
            else:
                return node, values, False
        return node, values, True


def _beneath(node: dict[str | None, Any]) -> Iterator[Any]:
    for segment, deeper in node.items():
        if segment is not None:
            yield from (route for route, _ in deeper.get(None, {}).values())
            yield from _beneath(deeper)
