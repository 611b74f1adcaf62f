-- Who sits in a room. The places hash holds two fields for a seat: 's' and its ID
-- with its node, the tags of its alias, its identity and its network, its revision,
-- and its envelope; 'a' and the alias's tag with its ID. A revision is a number, and 'm' if
-- the alias is marked as another's: what a server has to know to seal for the seat.
local function place(node, tag, who, network, revision, envelope)
  return node .. ':' .. tag .. ':' .. who .. ':' .. network .. ':' .. revision .. ':' .. envelope
end

local function placed(value) return string.match(value, '^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$') end

-- older reports whether a revision is not above that of a seat.
local function older(revision, than)
  return tonumber(revision) <= tonumber(string.match(than, '^%d*') or 0)
end

-- seated returns node, alias, identity, network, revision and envelope of the seat, or
-- nothing.
local function seated(id)
  local value = redis.call('HGET', PLACES, 's' .. id)
  if value then return placed(value) end
end

-- seats calls f with ID, node, alias, identity, network, revision and envelope of
-- each seat.
local function seats(f)
  local all = redis.call('HGETALL', PLACES)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 1) == 's' then f(string.sub(all[i], 2), placed(all[i + 1])) end
  end
end

local function roster()
  local list = {}
  seats(function(_, _, _, _, _, _, envelope) list[#list + 1] = envelope end)
  return list
end

-- turn gives the roster another version, and a mark that depends on all changes
-- before: after a failover the versions may count again what others saw.
local function turn(change)
  local version = redis.call('HINCRBY', META, 'pv', 1)
  local before = redis.call('HGET', META, 'pm') or ''
  local mark = string.sub(redis.sha1hex(before .. change), 1, 8)
  -- How large the places hash is, see check_places.
  redis.call('HSET', META, 'pm', mark, 'pl', redis.call('HLEN', PLACES))
  return version, before .. ',' .. mark
end

-- presence publishes a change of the roster: 'p' for a seat that is now as in the
-- envelope, 'l' for one that was given up.
local function presence(kind, epoch, envelope)
  local version, marks = turn(kind .. envelope)
  publish(event(kind, version, epoch, marks, envelope))
end

local function unseat(epoch, id, tag, envelope)
  redis.call('HDEL', PLACES, 's' .. id, 'a' .. tag)
  settle(tag)
  presence('l', epoch, envelope)
end

-- check_places detects seats that are gone though nobody gave them up, as if
-- Redis evicts keys: the roster's version then skips one, so that every server
-- asks for the roster, and misses its seats.
local function check_places()
  if redis.call('HLEN', PLACES) ~= tonumber(redis.call('HGET', META, 'pl') or 0) then turn('?') end
end

-- keeper is what holds the seats that are kept for an identity, instead of a node.
local function keeper(who) return '~' .. who end

-- kept_for returns a seat that is kept for an identity. Mostly there is none, and
-- the seats are not looked at.
local function kept_for(who)
  local kept
  if now < tonumber(redis.call('ZSCORE', LEASES, keeper(who)) or 0) then
    seats(function(_, node, _, _, _, _, envelope)
      if node == keeper(who) then kept = envelope end
    end)
  end
  return kept
end

-- ghosts returns the seats of nodes whose lease ran out, except those of one node
-- that is known to live, and how many nodes there are such. Mostly there are none,
-- and the seats are not looked at.
local function ghosts(but)
  local nodes = redis.call('ZRANGEBYSCORE', LEASES, '-inf', int(now))
  local lapsed, list = {}, {}
  for _, node in ipairs(nodes) do
    if node ~= but then lapsed[node] = true end
  end
  if next(lapsed) then
    seats(function(id, node, tag, _, network, _, envelope)
      if lapsed[node] then list[#list + 1] = {id = id, tag = tag, network = network, envelope = envelope} end
    end)
  end
  return list, #nodes
end

-- crowded reports whether a network has as many seats as one may have, where that
-- many are free. Ghosts have none.
local function crowded(network, free, gone)
  if network == '' then return false end
  local held = 0
  seats(function(_, _, _, _, of) if of == network then held = held + 1 end end)
  for _, ghost in ipairs(gone) do
    if ghost.network == network then held = held - 1 end
  end
  return held >= HOUSEHOLD and held >= NETWORK_SHARE * free
end

-- lease renews the node's lease, and gives up those that ran out and their
-- seats, both as ghosts returned them.
local function lease(epoch, deadline, node, length, gone, lapsed)
  check_places()
  if redis.call('ZADD', LEASES, int(now + length), node) == 1 then
    expires(LEASES, deadline) -- an emptied set came back without
  end
  if lapsed > 0 then redis.call('ZREMRANGEBYSCORE', LEASES, '-inf', int(now)) end
  for _, ghost in ipairs(gone) do unseat(epoch, ghost.id, ghost.tag, ghost.envelope) end
end
