"""The wire over HTTP: one table of what can be asked."""

from careline.wires.clinic import auth, history, messages, sessions, shapes, socket
from careline.wires.clinic.refusals import REFUSALS
from careline.wires.endpoints import Dialect, Empty, Endpoint, Error, Language, nobody

MESSAGE = "/chat/message/{message_id}"
SESSION = "/chat/session/{conversation_id}"
MESSAGES, SESSIONS = list[shapes.Message], list[shapes.Session]

TABLE = [
    Endpoint("POST", "/auth/refresh", shapes.Refresh, shapes.Tokens, sessions.refresh, who=nobody),
    Endpoint("POST", "/chat/send", shapes.Send, shapes.Message, messages.send, 201),
    Endpoint("GET", "/chat/history", shapes.History, MESSAGES, history.history),
    Endpoint("PUT", "/chat/read", shapes.MessageIds, shapes.Done, history.read),
    Endpoint("GET", "/chat/sessions", shapes.Sessions, SESSIONS, sessions.sessions),
    Endpoint("GET", "/chat/search", shapes.Search, MESSAGES, history.search),
    Endpoint("POST", "/chat/upload", shapes.File, shapes.Uploaded, messages.upload, 201, comes="multipart"),
    Endpoint("POST", "/chat/message/reaction", shapes.React, shapes.Done, messages.react),
    Endpoint("DELETE", "/chat/message/reaction", shapes.React, shapes.Done, messages.unreact),
    Endpoint("PUT", MESSAGE, shapes.Content, shapes.Done, messages.edit),
    Endpoint("DELETE", MESSAGE, Empty, shapes.Done, messages.delete),
    Endpoint("PUT", MESSAGE + "/pin", Empty, shapes.Done, messages.pin),
    Endpoint("PUT", MESSAGE + "/unpin", Empty, shapes.Done, messages.unpin),
    Endpoint("POST", MESSAGE + "/forward", shapes.Forward, shapes.Message, messages.forward, 201),
    Endpoint("GET", SESSION + "/pinned", Empty, MESSAGES, history.pinned),
    Endpoint("PUT", SESSION + "/resolve", Empty, shapes.Done, sessions.resolve),
    Endpoint("PUT", SESSION + "/reopen", Empty, shapes.Done, sessions.reopen),
    Endpoint("PUT", SESSION + "/archive", Empty, shapes.Done, sessions.archive),
    Endpoint("PUT", SESSION + "/tags", shapes.Tags, shapes.Done, sessions.tags),
    Endpoint("GET", "/chat/presence", shapes.People, shapes.Presence, sessions.presence),
    Endpoint("POST", "/devices", shapes.Register, shapes.Done, sessions.register),
    Endpoint("DELETE", "/devices/{token}", shapes.People, shapes.Done, sessions.unregister, comes="query"),
    Endpoint("GET", "/admin/chat/sessions", shapes.Sessions, SESSIONS, sessions.all_sessions),
    Endpoint("PUT", "/admin/chat/messages/delete", shapes.MessageIds, shapes.Done, messages.moderate),
    Endpoint("GET", "/admin/chat/analytics", shapes.Analytics, shapes.Figures, sessions.analytics),
]

LANGUAGE = Language(
    Dialect("Clinic: doctors and patients of a location", REFUSALS, Error, auth.who),
    TABLE,
    lambda settings: settings.clinic.on,
    lambda settings: [],
    socket.opens,
)
