-- Locks or unlocks a room, also if memory is full. ARGV: epoch, version of the lock,
-- '1' for locked or '0', and its envelope.
local wanted, version, locked, envelope = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
local newest = counted('lockv')
if tonumber(version) <= newest then return {'stale', newest} end
touch()
set_lock(epoch, version, locked, envelope)
return {}
