"""What an emoji is, and how many of them a message bears."""

import msgspec
import regex

from careline.core.actor import Actor
from careline.core.errors import Conflict, Invalid
from careline.features.reactions.rows import Reaction, Reactions

EMOJI_BYTES = 48
DIFFERENT = 20
IN_ALL = 200

# UTS #51, ED-17: a picture, dressed or not, joined with others; a flag; a keycap; a flag spelt with tags.
_DRESSED = r"\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F)?"
_EMOJI = regex.compile(
    rf"{_DRESSED}(?:\u200D{_DRESSED})*|\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3"
    r"|\U0001F3F4[\U000E0030-\U000E0039\U000E0061-\U000E007A]{1,6}\U000E007F"
)
_UNDRESSED = regex.compile(
    r"([\p{Extended_Pictographic}0-9#*--\p{Emoji_Presentation}])\uFE0F?(?!\p{Emoji_Modifier})", regex.V1
)
_OVERDRESSED = regex.compile(r"(\p{Emoji_Presentation})\uFE0F")


def emoji(value: str) -> str:
    """One emoji, always spelt the same: with the variation selector where it would be a letter without, never else."""
    if len(value.encode("utf-8", "replace")) > EMOJI_BYTES or not _EMOJI.fullmatch(value):
        raise Invalid("emoji", f"One emoji of at most {EMOJI_BYTES} bytes.")
    return _OVERDRESSED.sub(r"\1", _UNDRESSED.sub("\\1\ufe0f", value))


def reacted(before: Reactions, emoji: str, actor: Actor, now: int) -> Reactions | None:
    """The reactions with one more; None where it is there already."""
    by = before.get(emoji, [])
    if any((one.kind, one.id) == (actor.kind, actor.id) for one in by):
        return None
    if not by and len(before) >= DIFFERENT:
        raise Conflict(f"A message bears at most {DIFFERENT} different emojis.")
    if sum(map(len, before.values())) >= IN_ALL:
        raise Conflict(f"A message bears at most {IN_ALL} reactions.")
    return {**before, emoji: [*by, Reaction(actor.kind, actor.id, actor.name, now)]}


def handed_over(before: Reactions, contact_id: str, into: str) -> Reactions:
    """The reactions with one contact's made another's; where both reacted the same, the earlier stays."""
    after: Reactions = {}
    for emoji, by in before.items():
        kept: dict[tuple[str, str], Reaction] = {}
        for one in by:
            if (one.kind, one.id) == ("contact", contact_id):
                one = msgspec.structs.replace(one, id=into)
            kept.setdefault((one.kind, one.id), one)
        after[emoji] = list(kept.values())
    return after


def unreacted(before: Reactions, emoji: str, actor: Actor) -> Reactions | None:
    """The reactions without one; None where it is not there."""
    by = before.get(emoji, [])
    left = [one for one in by if (one.kind, one.id) != (actor.kind, actor.id)]
    if len(left) == len(by):
        return None
    return {**before, emoji: left} if left else {key: value for key, value in before.items() if key != emoji}
