"""The services of the tests keep their promises, so that other tests need not doubt them."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
import uvloop

from tests.services import Postgres
from tests.tools import ROOT


async def test_async_tests_run_on_the_loop_of_the_server():
    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)


async def test_a_database_starts_as_a_copy_of_its_template(postgres):
    template = postgres.create_database()
    await ask(template, "CREATE TABLE greeting AS SELECT 'hello' AS word")
    copy = postgres.create_database(template)
    await ask(copy, "UPDATE greeting SET word = 'bye'")
    assert await ask(template, "SELECT word FROM greeting") == "hello"
    postgres.drop_database(copy)


async def test_what_a_durable_postgres_committed_outlives_a_crash():
    with Postgres(durable=True) as server:
        dsn = server.create_database()
        await ask(dsn, "CREATE TABLE greeting AS SELECT 'hello' AS word")
        server.crash()
        server.start()
        assert await ask(dsn, "SELECT word FROM greeting") == "hello"


def test_a_server_ends_with_a_process_that_is_killed():
    start = "from tests.services import Redis\nr = Redis()\nprint(r.port, r.folder, flush=True)\ninput()"
    owner = subprocess.Popen([sys.executable, "-c", start], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout and owner.stdin
    with owner.stdin, owner.stdout:
        port, folder = owner.stdout.readline().decode().split()
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
    end = time.monotonic() + 20
    while Path(folder).exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(folder).exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=5)


async def ask(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
