"""Join a room with paramiko: join.py HOST PORT USER FINGERPRINT [KEY].

What comes from the server goes to standard output, and standard input to it.
"""
import base64
import hashlib
import os
import socket
import sys
import threading

import paramiko

host, port, user, fingerprint, *key = sys.argv[1:]
transport = paramiko.Transport(socket.create_connection((host, int(port))))
transport.start_client()
digest = hashlib.sha256(transport.get_remote_server_key().asbytes()).digest()
if "SHA256:" + base64.b64encode(digest).decode().rstrip("=") != fingerprint:
    sys.exit("another host key")
if key:
    transport.auth_publickey(user, paramiko.Ed25519Key.from_private_key_file(key[0]))
else:
    transport.auth_interactive(user, lambda title, instructions, prompts: ["" for _ in prompts])
session = transport.open_session()
session.get_pty("xterm-256color", 80, 24)
session.invoke_shell()


def send():
    while typed := os.read(0, 1024):
        session.sendall(typed)


threading.Thread(target=send, daemon=True).start()
while shown := session.recv(32768):
    os.write(1, shown)
status = session.recv_exit_status()
transport.close()
sys.stdout.flush()
os._exit(status)
