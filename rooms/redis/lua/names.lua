-- Whose an alias is. The door hash holds for the tag of an alias who had it first:
-- the tags of the identity and its network, since when they have it or had it last,
-- and 's' once it is surely theirs, for they said something under it or had it for
-- long enough. An alias that was only tried is the next one's who takes it.
local function bearing(who, network, since, sure)
  return who .. ':' .. network .. ':' .. int(since) .. ':' .. (sure and 's' or '')
end

-- bearer returns identity, network, since when, and whether it is sure; or nothing.
local function bearer(tag)
  local value = redis.call('HGET', DOOR, 'w' .. tag)
  if not value then return end
  local who, network, since, sure = string.match(value, '^([^:]*):([^:]*):(%d+):(s?)$')
  return who, network, tonumber(since), sure == 's'
end

-- less counts one less of a kind, and drops the count of none.
local function less(field)
  if redis.call('HINCRBY', DOOR, field, -1) <= 0 then redis.call('HDEL', DOOR, field) end
end

-- forget takes back that an alias is somebody's.
local function forget(tag, who, network)
  if redis.call('HDEL', DOOR, 'w' .. tag) == 0 then return end
  redis.call('HINCRBY', META, 'names', -1)
  less('n' .. who)
  less('N' .. network)
end

-- forget_unsure forgets the aliases that were only tried, and that nobody has now.
local function forget_unsure()
  local all = redis.call('HGETALL', DOOR)
  for i = 1, #all, 2 do
    local tag = string.match(all[i], '^w(.*)$')
    if tag and redis.call('HEXISTS', PLACES, 'a' .. tag) == 0 then
      local who, network, _, sure = bearer(tag)
      if who and not sure then forget(tag, who, network) end
    end
  end
end

local function has_all_names(who) return tonumber(redis.call('HGET', DOOR, 'n' .. who) or 0) >= MAX_NAMES_EACH end

-- claim notes an alias that is nobody's, if who has it may have one more, and returns
-- whether it did.
local function claim(tag, who, network, deadline)
  if has_all_names(who) then return false end
  if counted('names') >= MAX_NAMES then forget_unsure() end
  local free = MAX_NAMES - counted('names')
  local held = tonumber(redis.call('HGET', DOOR, 'N' .. network) or 0)
  if free <= 0 or network ~= '' and held >= MAX_NAMES_EACH and held >= free then return false end
  if not note('names', 'w' .. tag, bearing(who, network, now, false), deadline) then return false end
  redis.call('HINCRBY', DOOR, 'n' .. who, 1)
  redis.call('HINCRBY', DOOR, 'N' .. network, 1)
  return true
end

-- settle notes, before an alias is given up, that it is its bearer's if they have
-- had it for long enough.
local function settle(tag)
  local who, network, since, sure = bearer(tag)
  if who and not sure and now - since >= NAME_HELD then
    redis.call('HSET', DOOR, 'w' .. tag, bearing(who, network, since, true))
  end
end

-- refuses_name reports whether the alias would be one more of the identity than it
-- may have had.
local function refuses_name(tag, who)
  local of, _, _, sure = bearer(tag)
  return of ~= who and not sure and has_all_names(who)
end

-- mark notes whose alias it is, and returns whether it was another's.
local function mark(tag, who, network, deadline)
  local of, net, _, sure = bearer(tag)
  if of == who then
    if not sure then redis.call('HSET', DOOR, 'w' .. tag, bearing(who, net, now, false)) end
    return false
  end
  if sure then return true end
  if of then forget(tag, of, net) end
  claim(tag, who, network, deadline)
  return false
end

-- spoke notes that an alias is surely that of who said something under it, or was
-- shown out with it.
local function spoke(tag, who, network, deadline)
  local of, net, since, sure = bearer(tag)
  if sure or of and of ~= who then return end
  if not of then
    if not claim(tag, who, network, deadline) then return end
    net, since = network, now
  end
  redis.call('HSET', DOOR, 'w' .. tag, bearing(who, net, since, true))
end
