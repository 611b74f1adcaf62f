-- Locks a room, or opens it, also if memory is full. ARGV: epoch, version, '1' or
-- '0', and the envelope of it.
local wanted, version, locked, envelope = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
local newest = tonumber(redis.call('HGET', META, 'lockv') or 0)
if tonumber(version) <= newest then return {'stale', newest} end
touch()
set_lock(epoch, version, locked, envelope)
return {}
