-- The seats: who sits where, and what counts. seat.lua comes before.

-- not_newer reports whether a revision is at most another one.
local function not_newer(revision, other)
  return tonumber(revision) <= tonumber(string.match(other, '^%d*') or 0)
end

local function is_beside(revision) return string.find(revision, 'b', 1, true) end

-- each_seat calls f with ID, node, alias, identity, network, revision and envelope
-- of each seat.
local function each_seat(f)
  local fields = redis.call('HGETALL', PLACES)
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 1) == 's' then f(string.sub(fields[i], 2), unpack_seat(fields[i + 1])) end
  end
end

-- roster returns the envelopes of all seats.
local function roster()
  local list = {}
  each_seat(function(_, _, _, _, _, _, envelope) list[#list + 1] = envelope end)
  return list
end

-- bump_roster gives the roster a new version and a new mark. It returns the
-- version, and the marks before and after. A mark depends on all earlier changes:
-- after a failover, versions may be given again to other changes.
local function bump_roster(change)
  local version = redis.call('HINCRBY', META, 'pv', 1)
  local before = redis.call('HGET', META, 'pm') or ''
  local mark = string.sub(redis.sha1hex(before .. change), 1, 8)
  redis.call('HSET', META, 'pm', mark, 'pl', redis.call('HLEN', PLACES)) -- pl: see check_places
  return version, before .. ',' .. mark
end

-- publish_seat publishes a change of the roster: kind 'p' for a seat as it is now,
-- 'l' for one that was given up.
local function publish_seat(kind, epoch, envelope)
  local version, marks = bump_roster(kind .. envelope)
  publish(event(kind, version, epoch, marks, envelope))
end

-- unseat gives a seat up.
local function unseat(epoch, id, alias, envelope)
  redis.call('HDEL', PLACES, 's' .. id, 'a' .. alias)
  confirm_if_held(alias)
  publish_seat('l', epoch, envelope)
end

-- check_places detects seats that were lost without being given up, such as to
-- eviction. It gives the roster a version that no event announces, so that servers
-- see a gap, request the roster and notice that their seats are gone.
local function check_places()
  if redis.call('HLEN', PLACES) ~= counted('pl') then bump_roster('?') end
end

-- keeper returns the name that stands for a node in seats that are kept for an
-- identity.
local function keeper(identity) return '~' .. identity end

-- kept_seat returns the envelope of the seat that is kept for an identity, or nil.
-- Without a lease there is none, so it seldom looks at the seats.
local function kept_seat(identity)
  local kept
  if now < tonumber(redis.call('ZSCORE', LEASES, keeper(identity)) or 0) then
    each_seat(function(_, node, _, _, _, _, envelope)
      if node == keeper(identity) then kept = envelope end
    end)
  end
  return kept
end

-- lapsed_seats returns the seats of nodes whose lease has run out, except those of
-- one node, which is known to be alive, and the number of all leases that ran out.
-- Without any it does not look at the seats.
local function lapsed_seats(alive)
  local nodes = redis.call('ZRANGEBYSCORE', LEASES, '-inf', int(now))
  local dead, list = {}, {}
  for _, node in ipairs(nodes) do
    if node ~= alive then dead[node] = true end
  end
  if next(dead) then
    each_seat(function(id, node, alias, _, _, _, envelope)
      if dead[node] then list[#list + 1] = {id = id, alias = alias, envelope = envelope} end
    end)
  end
  return list, #nodes
end

-- seats_of returns the envelopes of the seats that an identity takes, except lapsed
-- ones.
local function seats_of(identity, lapsed)
  local dead, list = {}, {}
  for _, seat in ipairs(lapsed) do dead[seat.id] = true end
  each_seat(function(id, _, _, other, _, revision, envelope)
    if other == identity and not dead[id] and not is_beside(revision) then list[#list + 1] = envelope end
  end)
  return list
end

-- count_seats returns how many of the room's seats are taken: in all, by an identity
-- and by a network; and how many seats take none of them. Lapsed seats do not count.
local function count_seats(identity, network, lapsed)
  local dead = {}
  for _, seat in ipairs(lapsed) do dead[seat.id] = true end
  local taken, own, of_network, beside = 0, 0, 0, 0
  each_seat(function(id, _, _, other, from, revision)
    if dead[id] then return end
    if is_beside(revision) then
      beside = beside + 1
      return
    end
    taken = taken + 1
    if other == identity then own = own + 1 end
    if from == network then of_network = of_network + 1 end
  end)
  return taken, own, of_network, beside
end

-- alias_taken reports whether somebody has an alias whose seat has not lapsed.
local function alias_taken(alias, lapsed)
  local id = redis.call('HGET', PLACES, 'a' .. alias)
  for _, seat in ipairs(lapsed) do
    if seat.id == id then return false end
  end
  return id
end

-- network_full reports whether a network that has so many seats has as many as it may
-- have if that many are free.
local function network_full(network, held, free)
  return network ~= '' and held >= HOUSEHOLD and held >= NETWORK_SHARE * free
end

-- renew_lease renews a node's lease, and gives up the lapsed seats and leases, as
-- lapsed_seats returned them.
local function renew_lease(epoch, deadline, node, duration, lapsed, expired)
  check_places()
  if redis.call('ZADD', LEASES, int(now + duration), node) == 1 then
    expire_at(LEASES, deadline) -- the set may be new, also if it existed before
  end
  if expired > 0 then redis.call('ZREMRANGEBYSCORE', LEASES, '-inf', int(now)) end
  for _, seat in ipairs(lapsed) do unseat(epoch, seat.id, seat.alias, seat.envelope) end
end
