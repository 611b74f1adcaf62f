"""Log in in the ways that need no key: logins.py HOST PORT ROOM.

Each way is a line on standard output: its name, and the exit status of info.
"""
import asyncio
import socket
import sys

import asyncssh
import paramiko

host, port, room = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def attempt(login):
    transport = paramiko.Transport(socket.create_connection((host, port)))
    transport.start_client()
    login(transport)
    session = transport.open_session()
    session.exec_command("info")
    status = session.recv_exit_status()
    transport.close()
    return status


def client(password):
    c = paramiko.SSHClient()
    c.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    c.connect(host, port, username=room, password=password, look_for_keys=False, allow_agent=False)
    status = c.exec_command("info")[1].channel.recv_exit_status()
    c.close()
    return status


async def shared(user, password, commands):
    async with asyncssh.connect(host, port, username=user, password=password, known_hosts=None,
                                client_keys=None, agent_path=None, config=None) as c:
        done = await asyncio.gather(*(c.run(command) for command in commands))
        return max(d.exit_status for d in done)


def report(name, way):
    try:
        print(name, way(), flush=True)
    except Exception as e:
        print(name, repr(e), flush=True)


report("paramiko-password", lambda: client("swordfish"))
report("paramiko-empty", lambda: client(""))
report("paramiko-interactive", lambda: attempt(lambda t: t.auth_interactive(room, lambda *_: [])))
report("paramiko-none", lambda: attempt(lambda t: t.auth_none(room + "+nokey")))
report("asyncssh-password", lambda: asyncio.run(shared(room, "swordfish", ["info"])))
report("asyncssh-none", lambda: asyncio.run(shared(room + "+nokey", None, ["info"])))
report("asyncssh-many", lambda: asyncio.run(shared(room + "+nokey", None, [f"post shared {i}" for i in range(10)])))
