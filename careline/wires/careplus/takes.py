"""What this wire takes. Fields beyond these are ignored: existing clients send some."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from careline.core.page import SKIPPED

LIMIT = 100


class Pages(Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1)] = 20
    offset: Annotated[int, Meta(ge=0, le=SKIPPED)] = 0

    @property
    def most(self) -> int:
        return min(self.limit, LIMIT)


class Found(Pages, frozen=True):
    """`q` stands in the name, the phone number or the e-mail address of the customer."""

    q: Annotated[str, Meta(max_length=200)] = ""


class MessagePages(Pages, frozen=True):
    limit: Annotated[int, Meta(ge=1)] = 50


class Whom(Struct, frozen=True):
    customer_id: str


class Say(Struct, frozen=True):
    """A body, a file, or both; nothing and empty text are the same. What the file is called and is, the upload says."""

    body: str | None = None
    attachment_url: str | None = None
    attachment_name: str | None = None
    attachment_type: str | None = None
    client_id: str | None = None


class SayIn(Say, frozen=True, kw_only=True):
    conversation_id: str


class Edit(Struct, frozen=True):
    body: str


class Typing(Struct, frozen=True):
    conversation_id: str
    is_typing: bool = True


class Read(Struct, frozen=True):
    conversation_id: str


class StartCode(Struct, frozen=True):
    pharmacy_id: str
    phone: str


class VerifyCode(StartCode, frozen=True):
    code: str


class SignIn(Struct, frozen=True):
    """`pharmacy_id` chooses one of several; without it, the account's first."""

    email: str
    password: str
    pharmacy_id: str | None = None


class Refresh(Struct, frozen=True):
    refresh_token: str


class Form(Struct, frozen=True):
    """One file, in either field."""

    file: str | UnsetType = UNSET
    photo: str | UnsetType = UNSET
