-- Creates a room. ARGV: epoch, deadline in ms, the time left until then in ms,
-- messages in its history, its envelope, and '1' to accept the deadline as it is.
-- As in every script that adds to a room, the first write is one that Redis refuses
-- if memory is full, before anything has changed.
local epoch, deadline, left, history, envelope, final = unpack(ARGV)
local before = redis.call('HGET', META, 'dl')
if before and now < tonumber(before) then return 'burning' end
if clock_off(deadline, left, final) then return {'when', now} end

if before then redis.call('UNLINK', META) end -- it burned out this very moment
deadline = tonumber(deadline)
redis.call('HSET', META, 'ep', epoch, 'dl', int(deadline), 'cap', history, 'room', envelope, 'seq', 0, 'pv', 0)
expire_at(META, deadline)
redis.call('UNLINK', HISTORY, PLACES, LEASES, DOOR, FUSES, BLOBS, FILES, TAKEN)
return {now, deadline}
