-- Adopts what a server knows to hold, if it is tighter, also if memory is full.
-- ARGV: epoch, deadline in ms with its envelope, version, state and envelope of
-- the lock, and for each who was shown out, or let in, 'k' or 'y', tag and envelope.
local wanted, ends, cut, version, locked, lock = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
touch()
for i = 7, #ARGV, 3 do
  if ARGV[i] == 'k' then
    kick(epoch, deadline, ARGV[i + 1], ARGV[i + 2])
  else
    let_in(ARGV[i + 1], ARGV[i + 2], deadline)
  end
end
if tonumber(version) > tonumber(redis.call('HGET', META, 'lockv') or 0) then set_lock(epoch, version, locked, lock) end
if tonumber(ends) < deadline then
  if tonumber(ends) <= now then
    wipe()
    return 'gone'
  end
  advance(epoch, tonumber(ends), cut)
end
return {}
