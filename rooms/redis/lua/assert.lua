-- Adopts what a server knows to hold, if it is tighter, also if memory is full.
-- ARGV: epoch, deadline in ms with its envelope, version, state and envelope of
-- the lock, and for each who was shown out, or let in, 'k' or 'y', tag and envelope.
local wanted, ends, cut, version, locked, lock = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
touch()
local out = {}
for i = 7, #ARGV, 3 do
  local who, envelope = ARGV[i + 1], ARGV[i + 2]
  if ARGV[i] == 'y' then
    let_in(who, envelope, deadline)
  else
    if not door(who) and counted('kicks') < MAX_KICKS then kick(epoch, deadline, who, envelope) end
    out[who] = door(who) or nil -- also one that was known: a seat of theirs is forged
  end
end
if next(out) then unseat_all(epoch, out) end
if tonumber(version) > tonumber(redis.call('HGET', META, 'lockv') or 0) then set_lock(epoch, version, locked, lock) end
if tonumber(ends) < deadline then
  if tonumber(ends) <= now then
    wipe()
    return 'gone'
  end
  advance(epoch, tonumber(ends), cut)
end
return {}
