-- What every script begins with. The keys of a room are its meta hash, history
-- list, places hash, lease set and channel, always all of them, in this order.
local M, H, P, N, C = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

-- now is in ms. Only this clock decides: those of the servers may be wrong.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- int writes a number out; Lua alone would write a time as 1.7e+12.
local function int(n) return string.format('%.0f', n) end

local function wipe() redis.call('UNLINK', M, H, P, N) end

-- touch changes nothing, but is a first write that Redis does not refuse where
-- its memory is full, and then allows those that follow. To set the expiry again
-- would do, too, but deletes the key if the deadline comes while the script runs,
-- and what is written then would be a key that never expires.
local function touch() redis.call('HDEL', M, '') end

-- spoken answers the message of that number, and where in the history it is:
-- numbers have no gaps, so that they count from the right end of the list.
local function spoken(n)
  local at = int(n - redis.call('HGET', M, 'seq') - 1)
  return redis.call('LRANGE', H, at, at)[1], at
end

-- parted takes a message that is lit apart: what stands before the body, the end
-- in ms, the tag, what is left of it at the end, and the rest.
local function parted(entry)
  local length, at = string.match(entry, '^m%d+:[^:]*:%d+:(%d+):()')
  at = at + length
  local fuse, size, tag, body = string.match(entry, '^(%d*),?(%d*):([^:]*):()', at)
  size = tonumber(size) or 0
  return string.sub(entry, 1, at - 1), tonumber(fuse), tag,
    string.sub(entry, body, body + size - 1), string.sub(entry, body + size)
end

-- burnDown replaces the messages whose end has come by what is left of them, and
-- publishes that. The meta hash holds in 'lit' number and end, in ms, of those
-- that are lit, and in 'burns' how often that changed.
local function burnDown(lit, deadline)
  local later = {}
  for n, fuse in string.gmatch(lit, '(%d+):(%d+)') do
    if now < tonumber(fuse) then later[#later + 1] = n .. ':' .. fuse end
  end
  local rest = table.concat(later, ',')
  if rest == lit then return end
  touch()
  for n, fuse in string.gmatch(lit, '(%d+):(%d+)') do
    local entry, at = spoken(n)
    if entry and now >= tonumber(fuse) then
      local head, _, tag, left = parted(entry)
      entry = 'c' .. string.sub(head, 2) .. ':' .. tag .. ':' .. left
      redis.call('LSET', H, at, entry)
      redis.call('HINCRBY', M, 'burns', 1)
      redis.call('PUBLISH', C, entry)
    end
  end
  redis.call('HSET', M, 'lit', rest)
end

-- burning answers epoch and deadline of the room that burns, or nothing where
-- none does or it is not the wanted one ('': any). What burned out is wiped, and
-- messages that burned down are.
local function burning(wanted)
  local meta = redis.call('HMGET', M, 'ep', 'dl', 'lit')
  local deadline = tonumber(meta[2] or 0)
  if now < deadline and meta[3] then burnDown(meta[3], deadline) end
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

-- presence publishes a change of the roster under its new version. The meta hash
-- notes how large the places hash is since the last one, see sound.
local function presence(kind, epoch, seat, body)
  local version = redis.call('HINCRBY', M, 'pv', 1)
  redis.call('HSET', M, 'pl', redis.call('HLEN', P))
  redis.call('PUBLISH', C, event(kind, version, epoch, seat, body))
end

-- A seat is sealed, but for its first character: '!' where its alias was another
-- identity's before, else '.'.
--
-- The places hash holds two fields for one: 's' and its ID with its node, the
-- tags of its alias and its identity, and the seat; 'a' and the alias's tag with
-- its ID.
local function place(node, tag, who, seat) return node .. ':' .. tag .. ':' .. who .. ':' .. seat end

local function placed(value) return string.match(value, '^([^:]*):([^:]*):([^:]*):(.*)$') end

-- seated answers node, alias, identity and self of the seat, or nothing.
local function seated(id)
  local value = redis.call('HGET', P, 's' .. id)
  if value then return placed(value) end
end

-- seats calls f with ID, node, alias, identity and self of each seat.
local function seats(f)
  local all = redis.call('HGETALL', P)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 1) == 's' then f(string.sub(all[i], 2), placed(all[i + 1])) end
  end
end

-- mark notes whose alias it is, and answers the seat marked where it was
-- another's. The meta hash holds 'w' and the tag of an alias with the tag of the
-- identity that had it first.
local function mark(tag, who, seat)
  if redis.call('HSETNX', M, 'w' .. tag, who) == 1 or redis.call('HGET', M, 'w' .. tag) == who then return seat end
  return '!' .. string.sub(seat, 2)
end

-- door answers whether an identity was kicked, and whether it may enter. The
-- meta hash holds its tag after an 'o' with '1' where it may although the room is
-- locked, as who was in it may, and with '0' where it was kicked.
local function door(who)
  local meta = redis.call('HMGET', M, 'o' .. who, 'lock')
  return meta[1] == '0', meta[1] == '1' or not meta[2]
end

local function letIn(who) redis.call('HSETNX', M, 'o' .. who, 1) end

-- tell publishes what is neither history nor a change of the roster.
local function tell(kind, epoch, seat, body)
  redis.call('PUBLISH', C, event(kind, 0, epoch, seat, body))
end

-- keeper is what holds the seats that are kept for an identity, in place of a node.
local function keeper(who) return '~' .. who end

-- keptFor answers a seat that is kept for an identity. Mostly there is none, and
-- the seats are not looked at.
local function keptFor(who)
  local kept
  if now < tonumber(redis.call('ZSCORE', N, keeper(who)) or 0) then
    seats(function(_, node, _, _, seat)
      if node == keeper(who) then kept = seat end
    end)
  end
  return kept
end

local function roster()
  local list = {}
  seats(function(_, _, _, _, seat) list[#list + 1] = seat end)
  return list
end

-- ghosts answers the seats of nodes whose lease ran out, save of one node that
-- is known to live, and how many nodes there are such. Mostly there are none,
-- and the seats are not looked at.
local function ghosts(but)
  local nodes = redis.call('ZRANGEBYSCORE', N, '-inf', int(now))
  local lapsed, list = {}, {}
  for _, node in ipairs(nodes) do
    if node ~= but then lapsed[node] = true end
  end
  if next(lapsed) then
    seats(function(id, node, tag, _, seat)
      if lapsed[node] then list[#list + 1] = {id = id, tag = tag, seat = seat} end
    end)
  end
  return list, #nodes
end

local function unseat(epoch, id, tag, seat)
  redis.call('HDEL', P, 's' .. id, 'a' .. tag)
  presence('l', epoch, seat, '')
end

-- sound notices seats that are gone though nobody gave them up, as where Redis
-- evicts keys: the roster's version then skips one, so that every server asks for
-- the roster, and misses its seats.
local function sound()
  local places = redis.call('HLEN', P)
  if places ~= tonumber(redis.call('HGET', M, 'pl') or 0) then
    redis.call('HINCRBY', M, 'pv', 1)
    redis.call('HSET', M, 'pl', places)
  end
end

-- lease renews the node's lease, and gives up those that ran out and their
-- seats, both as ghosts answered them.
local function lease(epoch, deadline, node, length, gone, lapsed)
  sound()
  if redis.call('ZADD', N, int(now + length), node) == 1 then
    redis.call('PEXPIREAT', N, int(deadline)) -- an emptied set came back without
  end
  if lapsed > 0 then redis.call('ZREMRANGEBYSCORE', N, '-inf', int(now)) end
  for _, ghost in ipairs(gone) do unseat(epoch, ghost.id, ghost.tag, ghost.seat) end
end

-- said is the number of the message with that tag, or 0. Messages are looked
-- through one by one: only where an answer was lost or a history is mended.
local function said(tag)
  local mark = ':' .. tag .. ':'
  for _, entry in ipairs(redis.call('LRANGE', H, 0, -1)) do
    if string.find(entry, mark, 1, true) then return tonumber(string.match(entry, '^%a(%d+):')) end
  end
  return 0
end

-- ruledOut names the field of the meta hash by which a message is never said.
local function ruledOut(tag) return 'v' .. tag end

-- say adds a message to the history, publishes it and answers its number.
local function say(epoch, deadline, seat, tag, body)
  local newest = redis.call('HINCRBY', M, 'seq', 1)
  local entry = event('m', newest, epoch, seat, ':' .. tag .. ':' .. body)
  local kept = redis.call('RPUSH', H, entry)
  if kept == 1 then
    redis.call('PEXPIREAT', H, int(deadline))
  elseif kept > number('cap') then
    redis.call('LPOP', H)
  end
  redis.call('PUBLISH', C, entry)
  return newest
end

-- since answers the messages after a number. Numbers have no gaps, so that
-- they count from the right end of the list.
local function since(after, newest)
  if after >= newest then return {} end
  return redis.call('LRANGE', H, int(after - newest), -1)
end
