"""Finds a request's route among those that are like its path: there are hundreds."""

from collections.abc import Sequence
from typing import Final

from fastapi.routing import APIRouter
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

_MOST: Final = 3  # parts that tell routes apart, as `v1`, `feedback`, `responses`
Parts = tuple[str, ...]


class Finder:
    """Stands before a router's own search, and lets a smaller router make it.

    That one has the routes that begin as the path does and have as many parts. A path that begins
    as none of the routes that the router had at first is left to the router itself.
    """

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._begins = {_begin(route) for route in router.routes}
        self._longer = 1 + max(len(_parts(route)) for route in router.routes)
        self._among: dict[tuple[Parts, int], APIRouter] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        router = self._router
        if scope["type"] == "http":
            scope["router"] = router
            router = self.among(scope["path"])
        await router.app(scope, receive, send)

    def among(self, path: str) -> APIRouter:
        """Give a router that holds every route which may match a path, in their order."""
        parts = path.split("/")[1:]
        many = min(len(parts), self._longer)
        for begin in (tuple(parts[:_MOST]), tuple(parts[: _MOST - 1])):
            if begin in self._begins:
                return self._among.get((begin, many)) or self._made(begin, many)
        return self._router

    def _made(self, begin: Parts, many: int) -> APIRouter:
        fitting = [route for route in self._router.routes if _fits(route, begin, many)]
        made = APIRouter(routes=fitting, redirect_slashes=self._router.redirect_slashes)
        self._among[begin, many] = made
        return made


def _parts(route: BaseRoute) -> Sequence[str]:
    return str(getattr(route, "path", "")).split("/")[1:]


def _begin(route: BaseRoute) -> Parts:
    """Give the first parts of a route's path, up to one that is not told by it."""
    parts = _parts(route)[:_MOST]
    told = [at for at, part in enumerate(parts) if "{" in part]
    return tuple(parts[: told[0]] if told else parts)


def _fits(route: BaseRoute, begin: Parts, many: int) -> bool:
    """Tell whether a route may match a path that begins so and has so many parts."""
    parts = _parts(route)
    below = isinstance(route, Mount) or ":path}" in "".join(parts)
    alike = zip(parts, begin, strict=False)
    return (below or len(parts) == many) and all(p == b or "{" in p for p, b in alike)
