-- What every script begins with. A room has these keys, and always all of them
-- are passed, in this order: its meta hash, the history list, the hash of places
-- (who sits in it), the sorted set of leases, the channel, the hash of the door
-- (who may enter, and what is remembered of names), and the hash of fuses (messages
-- that burn).
local META, HISTORY, PLACES, LEASES, CHANNEL, DOOR, FUSES = unpack(KEYS)

-- now is in ms. Only this clock decides: those of the servers may be wrong.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- int writes a number out; Lua alone would write a time as 1.7e+12.
local function int(n) return string.format('%.0f', n) end

local function number(field) return tonumber(redis.call('HGET', META, field)) end

local function wipe() redis.call('UNLINK', META, HISTORY, PLACES, LEASES, DOOR, FUSES) end

-- touch changes nothing, but it is a first write that Redis does not refuse when
-- its memory is full, and then allows those that follow. Setting the expiry again
-- would do, too, but deletes the key if the deadline comes while the script runs,
-- and what is written then would be a key that never expires.
local function touch() redis.call('HDEL', META, '') end

-- expires gives a key the room's expiry.
local function expires(key, deadline) redis.call('PEXPIREAT', key, int(deadline)) end

-- event is what is published, and what the history keeps of a message: a kind, a
-- number (of a message, or the roster's version), what belongs to the kind in the
-- clear, and an envelope that was sealed by a server. Go opens it by the kind, so
-- that no envelope passes for one of another kind.
local function event(kind, n, epoch, clear, envelope)
  return kind .. int(n) .. ':' .. epoch .. ':' .. clear .. ':' .. envelope
end

local function publish(entry) redis.call('PUBLISH', CHANNEL, entry) end

-- tell publishes what is neither history nor a change of the roster.
local function tell(kind, epoch, envelope) publish(event(kind, 0, epoch, '', envelope)) end

-- tag_of returns the tag in an entry of the history.
local function tag_of(entry) return string.match(entry, '^%a%d+:[^:]*:([^:]*):') end

-- entry_at returns message n, and where in the history it is: numbers have no
-- gaps, so that they count from the right end of the list.
local function entry_at(n)
  local at = int(n - number('seq') - 1)
  return redis.call('LRANGE', HISTORY, at, at)[1], at
end

-- A fuse is kept under the tag of its message: its end in ms, the message's
-- number, the length of the envelope that says so, that envelope, and the one
-- that takes the message's place at the end. The meta hash holds in 'next' the
-- first end of all.
local function fuse_of(value)
  local ends, n, length, at = string.match(value, '^(%d+):(%d+):(%d+):()')
  return tonumber(ends), tonumber(n), string.sub(value, at, at + length - 1), string.sub(value, at + length)
end

-- expire_messages replaces the messages whose end has come by what is left of
-- them, and publishes that. The meta hash counts in 'burns' what became of fuses.
local function expire_messages(epoch)
  touch()
  local next_end
  local all = redis.call('HGETALL', FUSES)
  for i = 1, #all, 2 do
    local ends, n, _, rest = fuse_of(all[i + 1])
    if now < ends then
      next_end = math.min(next_end or ends, ends)
    else
      local entry, at = entry_at(n)
      if entry and tag_of(entry) == all[i] then
        entry = event('c', n, epoch, all[i], rest)
        redis.call('LSET', HISTORY, at, entry)
        publish(entry)
      end
      redis.call('HINCRBY', META, 'burns', 1)
      redis.call('HDEL', FUSES, all[i])
    end
  end
  if next_end then redis.call('HSET', META, 'next', int(next_end)) else redis.call('HDEL', META, 'next') end
end

-- burning returns epoch and deadline of the room that burns, or nothing if none
-- does or it is not the wanted one ('': any). It wipes a room that burned out, and
-- the messages that did.
local function burning(wanted)
  local meta = redis.call('HMGET', META, 'ep', 'dl', 'next')
  local deadline = tonumber(meta[2] or 0)
  if now >= deadline then
    wipe()
    return
  end
  if meta[3] and now >= tonumber(meta[3]) then expire_messages(meta[1]) end
  if wanted == '' or wanted == meta[1] then return meta[1], deadline end
end

-- state is what servers are told of a room in every answer, for them to check
-- against what was sealed: the time, when Redis will end the room, its epoch, the
-- envelopes of its lighting and of its last shortening, and version, state and
-- envelope of its lock.
local function state(epoch, deadline)
  local meta = redis.call('HMGET', META, 'room', 'cut', 'lockv', 'locked', 'lock')
  return {now, deadline, epoch, meta[1] or '', meta[2] or '', tonumber(meta[3] or 0), tonumber(meta[4] or 0), meta[5] or ''}
end

-- off reports whether a deadline that a server worked out by its reading of this
-- clock is not what it meant: left from now, within what the way here takes.
local function off(deadline, left, final)
  local wrong = deadline - (now + left)
  return final ~= '1' and (wrong > 50 or wrong < -2000)
end

-- advance moves the deadline nearer, also if memory is full. The expiries come
-- last: one that has passed by then deletes its key.
local function advance(epoch, deadline, cut)
  touch()
  redis.call('HSET', META, 'dl', int(deadline), 'cut', cut)
  if cut ~= '' then tell('s', epoch, cut) end
  for _, key in ipairs({META, HISTORY, PLACES, LEASES, DOOR, FUSES}) do expires(key, deadline) end
end

-- note adds a field to the hash of the door, and returns false if it was there. The
-- expiry comes last in all that is added to the hash: if it has passed by then, it
-- deletes it.
local function note(count, field, value, deadline)
  if redis.call('HSETNX', DOOR, field, value) == 0 then return false end
  redis.call('HINCRBY', META, count, 1)
  expires(DOOR, deadline)
  return true
end

-- counted returns how many fields of a kind there are.
local function counted(count) return tonumber(redis.call('HGET', META, count) or 0) end
