"""pexpect_chat.py ROOM COMMAND...: chats by a client, as a person who writes scripts for pexpect does."""
import sys

import pexpect

room = sys.argv[1]
chat = pexpect.spawn(sys.argv[2], sys.argv[3:], timeout=30, encoding="utf-8", dimensions=(24, 200))
chat.logfile_read = sys.stdout
chat.expect("Others join with")
chat.sendline("said by pexpect")
if chat.expect([r"\d\d:\d\d [a-z-]+: said by pexpect", "sent a line feed"]) == 1:
    sys.exit(3)
chat.sendline("/leave")
chat.expect("You left " + room)
chat.expect(pexpect.EOF)
chat.close()
sys.exit(chat.exitstatus)
