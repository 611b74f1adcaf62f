-- Appends a message that Redis has lost. ARGV: epoch, tag of the message's ID, and
-- its envelope.
local wanted, tag, envelope = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if seq_of(tag) == 0 and not ruled_out(tag) then append(epoch, deadline, tag, envelope) end
return {}
