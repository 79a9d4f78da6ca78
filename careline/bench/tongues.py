"""The languages that the generator speaks: how somebody comes in by a wire's socket, and what a message is there."""

from string import Template

from msgspec import Struct

from careline.bench.clients import Way
from careline.bench.plan import Room


class Tongue(Struct, frozen=True):
    """`path`, `hello` and `message` are templates. Without `ready`, whoever is connected is in; a `bearer` brings
    the token as a header.
    """

    path: str
    message: str
    hello: str = ""
    ready: str = ""
    bearer: bool = False

    def way(self, room: Room, token: str) -> Way:
        """How the bearer of the token comes in."""
        words = {"token": token, "conversation": room.conversation_id, **room.named}
        headers = (("Authorization", f"Bearer {token}"),) if self.bearer else ()
        hello = Template(self.hello).substitute(words).encode()
        return Way(Template(self.path).substitute(words), headers, hello, self.ready.encode())

    def words(self, room: Room) -> bytes:
        """A message of the room, with `%(mark)s`, `%(id)s` and `%(text)s` still to be filled in."""
        return Template(self.message).substitute(conversation=room.conversation_id).encode()


TONGUES = {
    "native": Tongue(
        "/v1/socket",
        '{"type":"message.send","id":"%(mark)s","data":{"conversation_id":"$conversation","client_id":"%(id)s",'
        '"body":"%(text)s"}}',
        '{"type":"auth","token":"$token"}',
        '{"type":"ready"',
    ),
    "careplus": Tongue(
        "/api/v1/chat/ws?token=$token",
        '{"type":"send_message","data":{"conversation_id":"$conversation","client_id":"%(id)s","body":"%(text)s"}}',
    ),
    "careforall": Tongue(
        "/ws/conversations/conv_$conversation?token=$token",
        '{"type":"message","content":"%(text)s"}',
        ready='{"type":"system"',
    ),
    "clinic": Tongue(
        "/ws?location_id=$workspace&user_id=$staff&contact_id=$contact",
        '{"client_id":"%(id)s","content":"%(text)s"}',
        bearer=True,
    ),
}
