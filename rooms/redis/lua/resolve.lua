-- Returns the number of a message. If it is not stored, resolve rules it out for
-- good and returns 0, also if memory is full. ARGV: epoch, tag of the message's ID,
-- and the time in ms after which a message that was ruled out may be forgotten.
local wanted, tag, duration = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local n = seq_of(tag)
if n == 0 and not rule_out(tag, duration, deadline) then return 'store' end
return {n}
