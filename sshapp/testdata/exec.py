"""Run a command with standard input: exec.py paramiko|asyncssh HOST PORT USER COMMAND.

Its output goes to standard output, byte by byte, and its exit status is this one's.
"""
import asyncio
import socket
import sys

module, host, port, user, command = sys.argv[1:]
given = sys.stdin.buffer.read()


def with_paramiko():
    import paramiko

    transport = paramiko.Transport(socket.create_connection((host, int(port))))
    transport.start_client()
    transport.auth_interactive(user, lambda title, instructions, prompts: ["" for _ in prompts])
    session = transport.open_session()
    session.exec_command(command)
    session.sendall(given)
    session.shutdown_write()
    while part := session.recv(32768):
        sys.stdout.buffer.write(part)
    while part := session.recv_stderr(32768):
        sys.stderr.buffer.write(part)
    status = session.recv_exit_status()
    transport.close()
    return status


async def with_asyncssh():
    import asyncssh

    async with asyncssh.connect(
        host, int(port), username=user, password="any", known_hosts=None, client_keys=None, agent_path=None, config=None
    ) as connection:
        done = await connection.run(command, input=given, encoding=None)
        sys.stdout.buffer.write(done.stdout)
        sys.stderr.buffer.write(done.stderr)
        return done.exit_status


sys.exit(with_paramiko() if module == "paramiko" else asyncio.run(with_asyncssh()))
