-- Says again what Redis has lost. ARGV: epoch, tag of the message's ID, its envelope.
local wanted, tag, envelope = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if number_of(tag) == 0 and not ruled_out(tag) then append(epoch, deadline, tag, envelope) end
return {}
