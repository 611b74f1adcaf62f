-- Who may enter. The door hash holds
--   'o' and the tag of an identity: 'y' and the envelope by which it was let in, or
--       'k' and the one by which it was shown out;
--   'w' and the tag of an alias: who had it first, see names.lua;
--   'n' and the tag of an identity, 'N' and that of a network: how many aliases it
--       had first;
--   'i' and the tag of a token: until when an invitation is good, and its envelope;
--   'v' and the tag of a message: since when it must not come any more.
-- The meta hash counts each kind, so that none grows without bound.

-- purge drops the fields of a kind of whose value stale is true, and counts anew.
local function purge(count, kind, stale)
  local all, left = redis.call('HGETALL', DOOR), 0
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 1) == kind then
      if stale(all[i + 1]) then redis.call('HDEL', DOOR, all[i]) else left = left + 1 end
    end
  end
  redis.call('HSET', META, count, left)
end

-- door returns the envelope by which an identity was shown out, and the one by
-- which it was let in.
local function door(who)
  local value = redis.call('HGET', DOOR, 'o' .. who)
  if not value then return end
  local kind, envelope = string.sub(value, 1, 1), string.sub(value, 2)
  return kind == 'k' and envelope or nil, kind == 'y' and envelope or nil
end

local function is_locked() return redis.call('HGET', META, 'locked') == '1' end

-- let_in notes that an identity may enter, and returns false if there are too
-- many such.
local function let_in(who, envelope, deadline)
  if redis.call('HEXISTS', DOOR, 'o' .. who) == 1 then return true end
  if counted('welcome') >= MAX_WELCOME then return false end
  return note('welcome', 'o' .. who, 'y' .. envelope, deadline)
end

-- kicks returns the envelopes of those who were shown out.
local function kicks()
  local all, list = redis.call('HGETALL', DOOR), {}
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 1) == 'o' and string.sub(all[i + 1], 1, 1) == 'k' then
      list[#list + 1] = string.sub(all[i + 1], 2)
    end
  end
  return list
end

-- kick shows an identity out, and publishes that.
local function kick(epoch, deadline, who, envelope)
  if not door(who) then
    if redis.call('HDEL', DOOR, 'o' .. who) == 1 then redis.call('HINCRBY', META, 'welcome', -1) end
    note('kicks', 'o' .. who, 'k' .. envelope, deadline)
  end
  tell('o', epoch, envelope)
end

-- unseat_all gives up the seats of identities that were shown out, given as the keys
-- of a table. Their names are remembered, though they said nothing.
local function unseat_all(epoch, deadline, out)
  seats(function(id, _, tag, who, network, _, envelope)
    if out[who] then
      unseat(epoch, id, tag, envelope)
      spoke(tag, who, network, deadline)
    end
  end)
end

-- set_lock adopts a newer state of the lock.
local function set_lock(epoch, version, locked, envelope)
  redis.call('HSET', META, 'lockv', version, 'locked', locked, 'lock', envelope)
  tell(locked == '1' and 'L' or 'U', epoch, envelope)
end
