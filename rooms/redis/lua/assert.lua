-- Adopts what a server knows to hold, if it is tighter, also if memory is full.
-- ARGV: epoch, deadline in ms with its envelope, version, state and envelope of
-- the lock, and tag and envelope of each who was shown out.
local wanted, ends, cut, version, locked, lock = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
touch()
for i = 7, #ARGV, 2 do kick(epoch, deadline, ARGV[i], ARGV[i + 1]) end
if tonumber(version) > tonumber(redis.call('HGET', META, 'lockv') or 0) then set_lock(epoch, version, locked, lock) end
if tonumber(ends) < deadline then
  if tonumber(ends) <= now then
    wipe()
    return 'gone'
  end
  advance(epoch, tonumber(ends), cut)
end
return {}
