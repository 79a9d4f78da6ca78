"""What happens to a file apart from its message. None of it is told: what readers see stands in the message."""

from careline.core.events import OverviewEvent


class AttachmentUploaded(OverviewEvent, frozen=True, kw_only=True):
    """If it is not sent until then, it goes at `expires_at`."""

    attachment_id: str
    expires_at: int


class UploadBegun(OverviewEvent, frozen=True, kw_only=True):
    """A file was promised that goes straight to the store. What has not become one is forgotten at `expires_at`."""

    attachment_id: str
    expires_at: int


class AttachmentsRemoved(OverviewEvent, frozen=True, kw_only=True):
    """Nobody may have these any more; their bytes follow."""

    attachment_ids: tuple[str, ...]
