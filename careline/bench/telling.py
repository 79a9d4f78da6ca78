"""What the benchmark says while it works: one line that changes on a terminal, a line per step elsewhere."""

import time
from types import TracebackType

from rich.console import Console
from rich.status import Status


class Telling:
    """Call it with what is going on; `count` for long work that has an end."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self._status = Status("", console=self.console) if self.console.is_terminal else None
        self._about = ""
        self._began = self._counted_at = time.monotonic()

    def __enter__(self) -> "Telling":
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def about(self, what: str) -> None:
        """The step that follows; what is said then belongs to it."""
        self._about = what
        self("laying out")

    def __call__(self, text: str) -> None:
        line = f"{time.monotonic() - self._began:4.0f} s  {self._about}: {text}"
        if self._status:
            self._status.update(line)
        else:
            self.console.print(line, markup=False)

    def warn(self, text: str) -> None:
        """Something that should be known and does not end the work."""
        self.console.print(text, markup=False, style="yellow")

    def count(self, what: str, done: int, of: int) -> None:
        """So much of something is done; said once a second, or once in ten where lines stay."""
        now = time.monotonic()
        if now - self._counted_at > (1 if self._status else 10) or done == of:
            self._counted_at = now
            self(f"{what} {done:,} of {of:,}")
