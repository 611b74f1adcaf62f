-- Lights a room. ARGV: epoch, deadline in ms, the countdown of which it is the end,
-- messages kept, the room's envelope, and '1' to take the deadline as it is.
-- The first write is one that Redis refuses if its memory is full, before anything
-- changed; so in every script that adds to a room.
local epoch, deadline, countdown, history, envelope, final = unpack(ARGV)
local burns = redis.call('HGET', META, 'dl')
if burns and now < tonumber(burns) then return 'burning' end
if off(deadline, countdown, final) then return {'when', now} end

if burns then redis.call('UNLINK', META) end -- burned out this very moment
deadline = tonumber(deadline)
redis.call('HSET', META, 'ep', epoch, 'dl', int(deadline), 'cap', history, 'room', envelope, 'seq', 0, 'pv', 0)
expires(META, deadline)
redis.call('UNLINK', HISTORY, PLACES, LEASES, DOOR, FUSES)
return {now, deadline}
