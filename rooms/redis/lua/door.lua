-- Who may enter, and other records of a room. DOOR has these fields:
--   'o' .. identity  'y' and the envelope by which the identity was admitted, or
--                    'k' and the one by which it was kicked
--   'w' .. alias     the owner of an alias, see aliases.lua
--   'l' .. identity  the alias that they chose last, and the envelope that says so
--   'n' .. identity, 'N' .. network   how many aliases they own
--   'i' .. token     the time in ms until which an invitation is valid, and its
--                    envelope
--   'v' .. message   the time in ms at which a message was ruled out
-- Identities, aliases, networks, tokens and messages are tags. META counts the
-- fields of each kind, which are bounded.

-- purge removes the fields of a kind whose values are stale, and counts the others.
local function purge(counter, kind, stale)
  local fields, left = redis.call('HGETALL', DOOR), 0
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 1) == kind then
      if stale(fields[i + 1]) then redis.call('HDEL', DOOR, fields[i]) else left = left + 1 end
    end
  end
  redis.call('HSET', META, counter, left)
end

-- decision returns the envelope by which an identity was kicked, or nil, and the
-- one by which it was admitted, or nil.
local function decision(identity)
  local value = redis.call('HGET', DOOR, 'o' .. identity)
  if not value then return end
  local kind, envelope = string.sub(value, 1, 1), string.sub(value, 2)
  return kind == 'k' and envelope or nil, kind == 'y' and envelope or nil
end

local function is_locked() return redis.call('HGET', META, 'locked') == '1' end

-- admit records that the lock does not keep an identity out. It returns false if
-- there are too many such identities. One that was kicked stays kicked.
local function admit(identity, envelope, deadline)
  if redis.call('HEXISTS', DOOR, 'o' .. identity) == 1 then return true end
  if counted('welcome') >= MAX_WELCOME then return false end
  return door_add('welcome', 'o' .. identity, 'y' .. envelope, deadline)
end

-- kicks returns the envelopes of all kicks.
local function kicks()
  local fields, list = redis.call('HGETALL', DOOR), {}
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 1) == 'o' and string.sub(fields[i + 1], 1, 1) == 'k' then
      list[#list + 1] = string.sub(fields[i + 1], 2)
    end
  end
  return list
end

-- kick records that an identity was kicked, and publishes it.
local function kick(epoch, deadline, identity, envelope)
  if not decision(identity) then
    if redis.call('HDEL', DOOR, 'o' .. identity) == 1 then redis.call('HINCRBY', META, 'welcome', -1) end
    door_add('kicks', 'o' .. identity, 'k' .. envelope, deadline)
  end
  publish_notice('o', epoch, envelope)
end

-- unseat_kicked gives up the seats of kicked identities, given as the keys of a
-- table. Their aliases stay theirs, even if they posted nothing.
local function unseat_kicked(epoch, deadline, kicked)
  each_seat(function(id, _, alias, identity, network, _, envelope)
    if kicked[identity] then
      unseat(epoch, id, alias, envelope)
      confirm_alias(alias, identity, network, deadline)
    end
  end)
end

-- set_lock stores a newer state of the lock and publishes it.
local function set_lock(epoch, version, locked, envelope)
  redis.call('HSET', META, 'lockv', version, 'locked', locked, 'lock', envelope)
  publish_notice(locked == '1' and 'L' or 'U', epoch, envelope)
end
