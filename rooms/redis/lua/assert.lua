-- Adopts what a server knows to hold, as far as it is tighter, also if memory is
-- full. ARGV: epoch; deadline in ms and its envelope; version, state and envelope
-- of the lock; the lock in Redis if the server found it forged, or ''; then 'k'
-- for kicked or 'y' for admitted, the tag of an identity and an envelope, any
-- number of times. If the lock in Redis is not of a lower version, it is returned
-- for the server to check.
local wanted, ends, cut, version, locked, lock, forged = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
touch()
local kicked = {}
for i = 8, #ARGV, 3 do
  local kind, identity, envelope = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if kind == 'y' then
    admit(identity, envelope, deadline)
  else
    if not decision(identity) and counted('kicks') < MAX_KICKS then kick(epoch, deadline, identity, envelope) end
    kicked[identity] = decision(identity) or nil -- also if the kick was known: a seat of theirs is forged
  end
end
if next(kicked) then unseat_kicked(epoch, deadline, kicked) end
local stored = redis.call('HMGET', META, 'lockv', 'locked', 'lock')
for i = 1, 3 do stored[i] = stored[i] or '' end
local newer = tonumber(version) > (tonumber(stored[1]) or 0)
if newer or forged == table.concat(stored, ':') then
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
return {'lock', stored[1], stored[2], stored[3]}
