"""Contacts from before lists had an order get numbers below all that come later, and are found."""

from careline.core.actor import system
from careline.features.people.actions import add_contact
from careline.features.people.finding import list_contacts
from careline.store.migrate import FOLDER
from tests.world import GREENLEAF, World


async def test_contacts_from_before_stand_in_the_order_they_came(world: World) -> None:
    database, boss = world.app.database, system(GREENLEAF)
    migration = (FOLDER / "20261125040000_people.sql").read_text()
    backfill = (
        "UPDATE contacts SET added_seq" + migration.partition("UPDATE contacts SET added_seq")[2].partition(";")[0]
    )
    await database.engine.script(f"UPDATE contacts SET added_seq = 0, sought = ''; {backfill}")
    await database.write(add_contact, boss, name="Gus")
    found, _ = await database.read(list_contacts, boss)
    assert [contact.name for contact in found] == ["Gus", "Dev", "Cara"]
    assert sorted(contact.added_seq for contact in found)[:2] == [1, 2]
    assert [contact.name for contact in (await database.read(list_contacts, boss, q="CAR"))[0]] == ["Cara"]
