-- Adopts what a server knows to hold, if it is tighter, also if memory is full.
-- ARGV: epoch, deadline in ms with its envelope, version, state and envelope of
-- the lock, what the lock is here if the server has found that forged, and for each
-- who was shown out, or let in, 'k' or 'y', tag and envelope. If the lock here has no
-- lower version, it is returned for the server to check.
local wanted, ends, cut, version, locked, lock, forged = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
touch()
local out = {}
for i = 8, #ARGV, 3 do
  local who, envelope = ARGV[i + 1], ARGV[i + 2]
  if ARGV[i] == 'y' then
    let_in(who, envelope, deadline)
  else
    if not door(who) and counted('kicks') < MAX_KICKS then kick(epoch, deadline, who, envelope) end
    out[who] = door(who) or nil -- also one that was known: a seat of theirs is forged
  end
end
if next(out) then unseat_all(epoch, deadline, out) end
local held = redis.call('HMGET', META, 'lockv', 'locked', 'lock')
for i = 1, 3 do held[i] = held[i] or '' end
local newer = tonumber(version) > (tonumber(held[1]) or 0)
if newer or forged == table.concat(held, ':') then
  set_lock(epoch, version, locked, lock)
  newer = true
end
if tonumber(ends) < deadline then
  if tonumber(ends) <= now then
    wipe()
    return 'gone'
  end
  advance(epoch, tonumber(ends), cut)
end
if newer or version == '0' then return {} end
return {'lock', held[1], held[2], held[3]}
