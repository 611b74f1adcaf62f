"""Put a file into a room and get it again: sftp.py paramiko|asyncssh HOST PORT FILE NAME COPY."""
import asyncio
import socket
import sys

module, host, port, file, name, copy = sys.argv[1:]


def with_paramiko():
    import paramiko

    transport = paramiko.Transport(socket.create_connection((host, int(port))))
    transport.start_client()
    transport.auth_interactive("plans", lambda title, instructions, prompts: ["" for _ in prompts])
    client = paramiko.SFTPClient.from_transport(transport)
    client.put(file, name)
    print(*client.listdir())
    client.get(name, copy)
    transport.close()


async def with_asyncssh():
    import asyncssh

    async with asyncssh.connect(
        host, int(port), username="plans", password="any", known_hosts=None, client_keys=None, agent_path=None, config=None
    ) as connection:
        async with connection.start_sftp_client() as client:
            await client.put(file, name)
            print(*await client.listdir())
            await client.get(name, copy)


with_paramiko() if module == "paramiko" else asyncio.run(with_asyncssh())
