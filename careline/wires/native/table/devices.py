"""The devices on which one is reached when not connected."""

from msgspec import Struct

from careline.features.push.actions import list_devices, register_device, remove_device
from careline.features.push.rows import Platform
from careline.wires.native import shapes
from careline.wires.native.commands import Asking, Nothing, Request, command


class RegisterDevice(Request, frozen=True):
    token: str
    platform: Platform


class WhichDevice(Request, frozen=True):
    device_id: str


class DeviceList(Struct, frozen=True):
    items: list[shapes.Device]


@command("device.register", "PUT", "/v1/devices", shapes.Device)
async def register(ask: Asking, request: RegisterDevice) -> shapes.Device:
    """Be reached on this device; whoever had it before is not any more. Again renews it."""
    return shapes.device(
        await ask.server.database.write(register_device, ask.somebody, request.token, request.platform)
    )


@command("device.list", "GET", "/v1/devices", DeviceList)
async def devices(ask: Asking, request: Nothing) -> DeviceList:
    """One's own devices, last heard of first, without what their platforms know them by."""
    return DeviceList([shapes.device(d) for d in await ask.server.database.read(list_devices, ask.somebody)])


@command("device.remove", "DELETE", "/v1/devices/{device_id}", shapes.Empty, status=204)
async def remove(ask: Asking, request: WhichDevice) -> shapes.Empty:
    """Be reached on this device no more."""
    await ask.server.database.write(remove_device, ask.somebody, request.device_id)
    return shapes.Empty()
