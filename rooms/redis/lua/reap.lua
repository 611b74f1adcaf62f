-- Wipes a room that burned out. Otherwise it returns the time left in ms, and the
-- time until the next of its messages burns or the room does. ARGV: epoch.
local wanted = ARGV[1]
local epoch, deadline = burning(wanted)
if not epoch then
  -- Redis may keep the bytes of a key that has expired, until a write touches it.
  if redis.call('EXISTS', TAKEN) == 0 then redis.call('UNLINK', TAKEN) end
  return {0, 0}
end
local due = math.min(deadline, meta_number('next') or deadline)
return {deadline - now, due - now}
