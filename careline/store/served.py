"""Whether a server works on an embedded store. A lock tells it, which ends with its process, however that ends."""

import fcntl
import logging
import os
from pathlib import Path

logger = logging.getLogger("careline.store")


class Served:
    """A file beside the store, empty and never removed. Several servers may share its lock.

    It is not the store itself: closing that would take SQLite's own locks away from the whole process.
    """

    def __init__(self, store: Path) -> None:
        self.path = Path(f"{store}-served")
        self._file: int | None = None

    def share(self) -> None:
        """From now until `close` a server works on the store. Waits for whoever is `alone` with it."""
        try:
            self._file = os.open(self.path, os.O_CREAT | os.O_RDONLY, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_SH)
        except OSError as error:
            logger.warning("`careline restored` cannot notice this server", extra={"fields": {"error": str(error)}})

    def alone(self) -> bool | None:
        """Whether no server works on the store, nor begins to until `close`; None where nobody can tell."""
        try:
            self._file = os.open(self.path, os.O_RDONLY)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return True
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None
