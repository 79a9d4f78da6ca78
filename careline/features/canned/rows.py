"""A canned response as it is stored."""

from msgspec import Struct


class Canned(Struct, frozen=True):
    """`body` has placeholders such as `{{contact.name}}`; `created_by` is a person as `kind:id`."""

    workspace_id: str
    id: str
    shortcut: str
    title: str
    body: str
    created_by: str
    created_at: int
    updated_at: int
