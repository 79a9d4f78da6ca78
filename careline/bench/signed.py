"""People whom another system vouches for: the settings that believe it, and its tokens. Every wire takes the same."""

import json
import time

import jwt

SECRET = "what signs the tokens of the benchmark's people"  # noqa: S105
ISSUER = "bench"
GOOD_FOR_S = 3_600


def settings(workspace_id: str) -> dict[str, str]:
    """The settings of a server that speaks all wires for people of this system."""
    issuer = {
        "name": ISSUER, "algorithm": "HS256", "secret": SECRET,
        "claims": {"person": "user_id", "role": "role", "workspace": "workspace"},
        "roles": {"staff": "participating", "all": "all", "contact": "contact"}, "workspaces": [workspace_id],
    }  # fmt: skip
    wires = {
        "issuers": [issuer],
        "careforall": {"workspace": workspace_id, "issuer": ISSUER},
        "careplus": {"on": True, "issuer": ISSUER, "secret": SECRET},
        "location": {"on": True, "issuers": [ISSUER]},
        "visitor": {"workspace": workspace_id},
        "clinic": {"on": True, "issuers": [ISSUER]},
    }
    return {name: json.dumps(value) for name, value in wires.items()}


def token(workspace_id: str, person_id: str, role: str) -> str:
    """What somebody brings; `role` is staff, all or contact."""
    claims = {"workspace": workspace_id, "user_id": person_id, "role": role, "token_type": "access"}
    return jwt.encode({**claims, "exp": int(time.time()) + GOOD_FOR_S}, SECRET, "HS256")
