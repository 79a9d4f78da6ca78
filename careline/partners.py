"""Other systems as the settings describe them: whose tokens are believed, and whose clients are answered."""

from typing import Literal

from msgspec import Struct, structs


class Issuer(Struct, frozen=True, forbid_unknown_fields=True):
    """A system whose signed tokens are believed, and how far.

    `algorithm` is the only one accepted. The key is one of `secret` (HS256), `public_key` (PEM, RS256 or EdDSA) and
    `jwks_url`. `claims` says where person, name, role and workspace stand; `roles` maps the issuer's role words to
    `admin`, `all`, `participating` or `contact`, and a role that is not mapped is refused. `workspaces` are the only
    ones its tokens may name; one alone is also the default. `create` may hold `people` and `workspaces`: what is made
    on first sight, a workspace with this `threading` and `https_references`. `expects` are claims that must be so where
    they are there at all.
    """

    name: str
    algorithm: Literal["HS256", "RS256", "EdDSA"]
    secret: str = ""
    public_key: str = ""
    jwks_url: str = ""
    issuer: str = ""
    audience: str = ""
    claims: dict[str, str] = {}
    roles: dict[str, str] = {}
    workspaces: list[str] = []
    create: list[Literal["people", "workspaces"]] = []
    threading: Literal["per_contact", "per_staff", "many"] = "per_contact"
    https_references: bool = False
    leeway_s: int = 60
    expects: dict[str, str] = {}


Anonymous = Literal["refuse", "loopback"]


class Careforall(Struct, frozen=True, forbid_unknown_fields=True):
    """The one workspace that the careforall wire speaks for, and the name of the issuer of its tokens."""

    workspace: str = ""
    issuer: str = "careforall"


class Careplus(Struct, frozen=True, forbid_unknown_fields=True):
    """`issuer` names whose tokens staff bring. `secret` signs the tokens of customers, who stay in for so many hours;
    `sign_in` lets staff in with the e-mail address and password they have here.
    """

    on: bool = False
    issuer: str = "careplus"
    secret: str = ""
    customer_token_h: int = 24
    sign_in: bool = False


# The words of the pharmacy system's own tokens. `staff` is missing on purpose: there it is a buyer.
PHARMACY_CLAIMS = {"person": "user_id", "workspace": "pharmacy_id"}
PHARMACY_ROLES = {"admin": "admin", "manager": "all", "pharmacist": "all"}
PHARMACY_EXPECTS = {"token_type": "access"}


class Location(Struct, frozen=True, forbid_unknown_fields=True):
    """`issuers` names whose tokens staff bring; none: everybody's whom `issuers` of the settings names."""

    on: bool = False
    issuers: list[str] = []
    anonymous: Anonymous = "refuse"


class Visitor(Struct, frozen=True, forbid_unknown_fields=True):
    """The one workspace that the visitor wire speaks for, and where its admins' pages begin."""

    workspace: str = ""
    pages: str = "/admin666"


class Clinic(Struct, frozen=True, forbid_unknown_fields=True):
    """`issuers` names whose tokens doctors, patients and admins bring; none: everybody's."""

    on: bool = False
    issuers: list[str] = []
    anonymous: Anonymous = "refuse"


def pharmacy_issuer(issuer: Issuer) -> Issuer:
    """The issuer of the careplus wire, with that system's words for what the settings do not say of it."""
    return structs.replace(
        issuer,
        claims=PHARMACY_CLAIMS | issuer.claims,
        roles=PHARMACY_ROLES | issuer.roles,
        expects=PHARMACY_EXPECTS | issuer.expects,
    )


def platform_issuer(wanted: Careforall, key: str, issuer: str, audience: str) -> Issuer:
    """The issuer of the careforall wire as existing deployments of that system describe it: a key and its claims."""
    return Issuer(
        name=wanted.issuer,
        algorithm="RS256",
        public_key=key,
        issuer=issuer,
        audience=audience,
        claims={"person": "userId", "role": "role", "email": "email"},
        roles={"USER": "contact", "CAMPAIGN_OWNER": "contact", "ADMIN": "admin"},
        workspaces=[wanted.workspace],
        create=["people", "workspaces"],
        threading="many",
    )
