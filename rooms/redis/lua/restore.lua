-- Appends a message that Redis has lost. ARGV: epoch, tag of the message's ID, its
-- envelope, and '1' if it was taken back.
local wanted, tag, envelope, unsaid = unpack(ARGV)
local epoch, deadline, keeps, burns = burning(wanted)
if not epoch then return 'gone' end
if seq_of(tag) == 0 and not ruled_out(tag) then append(epoch, deadline, keeps, burns, unsaid == '1' and 'u' or 'm', tag, envelope) end
return {}
