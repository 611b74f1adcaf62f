-- What every script begins with. The keys of a room are its meta hash, history
-- list, places hash, lease set and channel, always all of them, in this order.
local M, H, P, N, C = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

-- now is in ms. Only this clock decides: those of the servers may be wrong.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- int writes a number out; Lua alone would write a time as 1.7e+12.
local function int(n) return string.format('%.0f', n) end

local function wipe() redis.call('UNLINK', M, H, P, N) end

-- burning answers epoch and deadline of the room that burns, or nothing where
-- none does or it is not the wanted one ('': any). What burned out is wiped.
local function burning(wanted)
  local meta = redis.call('HMGET', M, 'ep', 'dl')
  local deadline = tonumber(meta[2] or 0)
  if now >= deadline then
    wipe()
  elseif wanted == '' or wanted == meta[1] then
    return meta[1], deadline
  end
end

local function number(field) return tonumber(redis.call('HGET', M, field)) end

-- event is what is published, and for messages kept: a kind, a number (of the
-- message, of the roster's version, or a deadline), and what is sealed.
local function event(kind, n, epoch, seat, body)
  return kind .. int(n) .. ':' .. epoch .. ':' .. int(now) .. ':' .. #seat .. ':' .. seat .. body
end

-- presence publishes a change of the roster under its new version.
local function presence(kind, epoch, seat, body)
  local version = redis.call('HINCRBY', M, 'pv', 1)
  redis.call('PUBLISH', C, event(kind, version, epoch, seat, body))
end

-- The places hash holds two fields for a seat: 's' and its ID with its node,
-- the tag of its alias and its sealed self; 'a' and the tag with its ID.
local function place(node, tag, seat) return node .. ':' .. tag .. ':' .. seat end

-- seated answers node, tag and sealed self of the seat, or nothing.
local function seated(id)
  local value = redis.call('HGET', P, 's' .. id)
  if value then return string.match(value, '^([^:]*):([^:]*):(.*)$') end
end

-- seats calls f with ID, node, tag and sealed self of each seat.
local function seats(f)
  local all = redis.call('HGETALL', P)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 1) == 's' then
      f(string.sub(all[i], 2), string.match(all[i + 1], '^([^:]*):([^:]*):(.*)$'))
    end
  end
end

local function roster()
  local list = {}
  seats(function(_, _, _, seat) list[#list + 1] = seat end)
  return list
end

-- ghosts answers the seats of nodes whose lease ran out, save of one node that
-- is known to live. Mostly there are none, and the seats are not looked at.
local function ghosts(but)
  local lapsed, list = {}, {}
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', N, '-inf', int(now))) do
    if node ~= but then lapsed[node] = true end
  end
  if next(lapsed) then
    seats(function(id, node, tag, seat)
      if lapsed[node] then list[#list + 1] = {id = id, tag = tag, seat = seat} end
    end)
  end
  return list
end

local function unseat(epoch, id, tag, seat)
  redis.call('HDEL', P, 's' .. id, 'a' .. tag)
  presence('l', epoch, seat, '')
end

-- lease renews the node's lease, and gives up those that ran out and their seats.
local function lease(epoch, deadline, node, length, gone)
  redis.call('ZADD', N, int(now + length), node)
  redis.call('PEXPIREAT', N, int(deadline))
  redis.call('ZREMRANGEBYSCORE', N, '-inf', int(now))
  for _, ghost in ipairs(gone) do unseat(epoch, ghost.id, ghost.tag, ghost.seat) end
end

-- since answers the messages after a number. Numbers have no gaps, so that
-- they count from the right end of the list.
local function since(after, newest)
  if after >= newest then return {} end
  return redis.call('LRANGE', H, int(after - newest), -1)
end
