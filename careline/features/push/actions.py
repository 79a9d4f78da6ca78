"""Devices: each is one person's, and gone with what let that person in. Delivery is not here."""

import msgspec

from careline.core import ids
from careline.core.actor import Actor
from careline.core.errors import NotFound
from careline.features.push import rules
from careline.features.push.events import DeviceRegistered, DeviceRemoved
from careline.features.push.rows import Device, Platform
from careline.store.database import Tx


async def register_device(tx: Tx, actor: Actor, token: str, platform: Platform) -> Device:
    """Reach the actor on this device from now on. Whoever had it before is not reached on it any more: somebody else
    holds it now. Of more than 20 the one unheard of for longest is forgotten.
    """
    rules.may_have(actor)
    new = Device(
        ids.new_id(), rules.token(token, platform), actor.workspace_id, actor.kind, actor.id, platform,
        actor.credential, tx.now, tx.now,
    )  # fmt: skip
    before = await tx.one(Device, "device_by_token", token=token)
    if before is not None and _whose(before) == _whose(new):
        await tx.run("renew_device", id=before.id, platform=platform, credential=actor.credential, now=tx.now)
        new = msgspec.structs.replace(new, id=before.id, created_at=before.created_at)
    else:
        for surplus in (await list_devices(tx, actor))[rules.MOST - 1 :]:
            await _remove(tx, actor, surplus)
        values = {field: getattr(new, field) for field in new.__struct_fields__ if not field.endswith("_at")}
        await tx.run("upsert_device", now=tx.now, **values)
    tx.emit(DeviceRegistered(device_id=new.id, person=actor.person), actor)
    return new


def _whose(device: Device) -> tuple[str, str, str]:
    return device.workspace_id, device.kind, device.person_id


async def list_devices(tx: Tx, actor: Actor) -> list[Device]:
    """The actor's own, last heard of first."""
    return await tx.all(
        Device, "devices_of_person", workspace_id=actor.workspace_id, kind=actor.kind, person_id=actor.id
    )


async def remove_device(tx: Tx, actor: Actor, device_id: str) -> None:
    """Reach the actor on this device no more. `NotFound` for anybody else's."""
    device = next((device for device in await list_devices(tx, actor) if device.id == device_id), None)
    if device is None:
        raise NotFound("There is no such device.")
    await _remove(tx, actor, device)


async def forget_devices(tx: Tx, actor: Actor, *, credential: str | None = None, person: str | None = None) -> None:
    """Remove what a credential had registered that is over, or all of somebody who is gone. Again changes nothing."""
    if credential is not None:
        gone = await tx.all(Device, "devices_of_credential", credential=credential, workspace_id=actor.workspace_id)
    else:
        kind, _, id_ = (person or "").partition(":")
        gone = await list_devices(tx, Actor(actor.workspace_id, kind, id_))  # type: ignore[arg-type]
    for device in gone:
        await _remove(tx, actor, device)


async def _remove(tx: Tx, actor: Actor, device: Device) -> None:
    await tx.run("delete_device", id=device.id, workspace_id=actor.workspace_id)
    tx.emit(DeviceRemoved(device_id=device.id, person=f"{device.kind}:{device.person_id}"), actor)
