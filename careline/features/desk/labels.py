"""The labels of a workspace: what there is to say of a conversation in one word and one colour."""

from collections.abc import Sequence

import msgspec

from careline.core import ids
from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.features.desk import rules
from careline.features.desk.events import LabelAdded, LabelDeleted, LabelUpdated
from careline.features.desk.rows import Bearer, Label
from careline.store.database import Tx

EACH = 200


async def list_labels(tx: Tx, actor: Actor) -> list[Label]:
    """All labels of the workspace by name; there are at most 200."""
    rules.may_sort(actor)
    return await tx.all(Label, "labels_of_workspace", workspace_id=actor.workspace_id)


async def labels_by_id(tx: Tx, actor: Actor, label_ids: Sequence[str]) -> list[Label]:
    """These labels, or `NotFound` where one is none of this workspace."""
    wanted = list(label_ids)
    found = await tx.all(Label, "labels_by_id", workspace_id=actor.workspace_id, ids=wanted)
    if len(found) != len(set(wanted)):
        raise NotFound("There is no such label.")
    return found


async def add_label(tx: Tx, actor: Actor, name: str, colour: str = rules.COLOUR) -> Label:
    """A new label. `Conflict` when there is one of this name, however it is written."""
    rules.may_keep_labels(actor)
    return await _add(tx, actor, await list_labels(tx, actor), name, colour)


async def _add(tx: Tx, actor: Actor, known: list[Label], name: str, colour: str) -> Label:
    name = rules.label_name(name)
    label = Label(ids.new_id(), name, rules.colour(colour), tx.now, name.casefold())
    rules.one_more(known, label.folded)
    await tx.run("insert_label", workspace_id=actor.workspace_id, **msgspec.structs.asdict(label))
    tx.emit(LabelAdded(label_id=label.id), actor, about=label)
    return label


async def update_label(
    tx: Tx, actor: Actor, label_id: str, *, name: str | None = None, colour: str | None = None
) -> Label:
    """Call it something else, or give it another colour; None leaves as it is."""
    rules.may_keep_labels(actor)
    (before,) = await labels_by_id(tx, actor, [label_id])
    name = before.name if name is None else rules.label_name(name)
    colour = before.colour if colour is None else rules.colour(colour)
    after = msgspec.structs.replace(before, name=name, colour=colour, folded=name.casefold())
    if after == before:
        return before
    rules.one_more(await list_labels(tx, actor), after.folded, before.id)
    await tx.run(
        "update_label", workspace_id=actor.workspace_id, id=after.id, name=name, colour=colour, folded=after.folded
    )
    tx.emit(LabelUpdated(label_id=after.id), actor, about=after)
    return after


async def delete_label(tx: Tx, actor: Actor, label_id: str) -> None:
    """Nobody sees it from now on; `clear_labels` takes it off the conversations that bear it."""
    rules.may_keep_labels(actor)
    await labels_by_id(tx, actor, [label_id])
    await tx.run("delete_label", workspace_id=actor.workspace_id, id=label_id, now=tx.now)
    tx.emit(LabelDeleted(label_id=label_id), actor)


async def labels_named(tx: Tx, actor: Actor, names: Sequence[str]) -> list[Label]:
    """The labels of these names; those that are missing are made, as long as there is room."""
    rules.may_sort(actor)
    known = await list_labels(tx, actor)
    by_name = {label.folded: label for label in known}
    wanted: dict[str, str] = {}
    for name in rules.few([rules.label_name(n) for n in names], "names"):
        wanted.setdefault(name.casefold(), name)
    for folded, name in wanted.items():
        if folded not in by_name:
            by_name[folded] = await _add(tx, actor, [*by_name.values()], name, rules.COLOUR)
    return [by_name[folded] for folded in wanted]


async def clear_labels(tx: Tx, actor: Actor) -> bool:
    """Take deleted labels off the conversations that bear them, so many at a time; whether there are more."""
    for label in await tx.all(Label, "deleted_labels", workspace_id=actor.workspace_id):
        found = await tx.all(
            Bearer, "bearers_of_label", workspace_id=actor.workspace_id, label_id=label.id, most=EACH
        )  # fmt: skip
        for bearer in found:
            left = [id_ for id_ in msgspec.json.decode(bearer.labels, type=list[str]) if id_ != label.id]
            encoded = msgspec.json.encode(left).decode()
            await tx.run("set_labels", workspace_id=actor.workspace_id, id=bearer.id, labels=encoded)
            await tx.run("take_label_off", conversation_id=bearer.id, label_id=label.id)
        if len(found) == EACH:
            return True
        await tx.run("forget_label", workspace_id=actor.workspace_id, id=label.id)
    return False
