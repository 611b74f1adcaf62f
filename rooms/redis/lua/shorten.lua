-- Moves the deadline nearer. ARGV: epoch, deadline in ms, the time left until then
-- in ms, its envelope, and '1' to accept the deadline as it is.
local wanted, ends, left, cut, final = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if clock_off(ends, left, final) then return {'when', now} end
if tonumber(ends) >= deadline then return 'longer' end
advance(epoch, tonumber(ends), cut)
return {now, tonumber(ends)}
