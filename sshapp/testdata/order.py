"""Ask for a session without waiting for replies: order.py HOST PORT USER.

Prints the replies in the order in which they came: + granted, - refused.
"""
import socket
import sys
import threading

import paramiko
from paramiko.common import cMSG_CHANNEL_REQUEST

host, port, user = sys.argv[1], int(sys.argv[2]), sys.argv[3]
transport = paramiko.Transport(socket.create_connection((host, port)))
transport.start_client()
transport.auth_interactive(user, lambda *_: [])
asked = [
    ("env", "EDITOR", "vi"),
    ("pty-req", "xterm", 80, 24, 0, 0, b"\0"),
    ("env", "LANG", "C.UTF-8"),
    ("winadj@putty.projects.tartarus.org",),
    ("env", "VISUAL", "vi"),
    ("exec", "info"),
]
for _ in range(20):
    session = transport.open_session()
    came, done = [], threading.Event()

    def reply(sign):
        came.append(sign)
        if len(came) == len(asked):
            done.set()

    transport._channel_handler_table = dict(transport._channel_handler_table)
    transport._channel_handler_table[paramiko.common.MSG_CHANNEL_SUCCESS] = lambda c, m: reply("+")
    transport._channel_handler_table[paramiko.common.MSG_CHANNEL_FAILURE] = lambda c, m: reply("-")
    for name, *arguments in asked:
        m = paramiko.Message()
        m.add_byte(cMSG_CHANNEL_REQUEST)
        m.add_int(session.remote_chanid)
        m.add_string(name)
        m.add_boolean(True)
        for a in arguments:
            if isinstance(a, int):
                m.add_int(a)
            else:
                m.add_string(a)
        transport._send_user_message(m)
    done.wait(10)
    print("".join(came), flush=True)
    session.close()
transport.close()
