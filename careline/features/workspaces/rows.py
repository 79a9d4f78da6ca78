"""A workspace as it is stored."""

from typing import Literal

from msgspec import Struct

Threading = Literal["per_contact", "per_staff", "many"]
Status = Literal["open", "pending", "closed", "archived"]


class Workspace(Struct, frozen=True):
    """`contact_message_status` and `staff_reply_status` are what a conversation becomes when either side writes; None
    leaves it as it is. `origins` is a JSON list of the web origins whose pages may embed the widget.
    """

    id: str
    name: str
    accent: str
    greeting: str
    threading: Threading
    contact_message_status: Status | None
    staff_reply_status: Status | None
    edit_window_ms: int
    origins: str
    created_at: int
    updated_at: int
