-- Who owns an alias. The field 'w' .. alias of DOOR has the tags of the owner's
-- identity and network, since when the owner has it or when they had it last, and
-- 's' if it is surely theirs: they posted under it or had it for NAME_HELD. An
-- alias that is not surely somebody's goes to whoever takes it next.
local function pack_owner(identity, network, since, sure)
  return identity .. ':' .. network .. ':' .. int(since) .. ':' .. (sure and 's' or '')
end

-- owner_of returns the owner's identity, network, since when in ms, and whether
-- the alias is surely theirs. It returns nothing for an alias without an owner.
local function owner_of(alias)
  local value = redis.call('HGET', DOOR, 'w' .. alias)
  if not value then return end
  local identity, network, since, sure = string.match(value, '^([^:]*):([^:]*):(%d+):(s?)$')
  return identity, network, tonumber(since), sure == 's'
end

-- chosen_alias returns the alias that an identity with a key chose last, and the
-- envelope that says so. It returns nothing for an identity that chose none or does
-- not own it any more.
local function chosen_alias(identity)
  local value = redis.call('HGET', DOOR, 'l' .. identity)
  if value then return string.match(value, '^([^:]*):(.*)$') end
end

-- decrement lowers a count in DOOR, and removes it at 0.
local function decrement(field)
  if redis.call('HINCRBY', DOOR, field, -1) <= 0 then redis.call('HDEL', DOOR, field) end
end

-- disown removes the owner of an alias.
local function disown(alias, identity, network)
  if redis.call('HDEL', DOOR, 'w' .. alias) == 0 then return end
  if chosen_alias(identity) == alias then redis.call('HDEL', DOOR, 'l' .. identity) end
  redis.call('HINCRBY', META, 'names', -1)
  decrement('n' .. identity)
  decrement('N' .. network)
end

-- disown_unsure removes the owners of aliases that are not surely theirs and that
-- nobody has now.
local function disown_unsure()
  local fields = redis.call('HGETALL', DOOR)
  for i = 1, #fields, 2 do
    local alias = string.match(fields[i], '^w(.*)$')
    if alias and redis.call('HEXISTS', PLACES, 'a' .. alias) == 0 then
      local identity, network, _, sure = owner_of(alias)
      if identity and not sure then disown(alias, identity, network) end
    end
  end
end

local function owns_most(identity) return tonumber(redis.call('HGET', DOOR, 'n' .. identity) or 0) >= MAX_NAMES_EACH end

-- own makes an identity the owner of an alias that has none, and reports whether
-- its bounds and those of its network allow it.
local function own(alias, identity, network, deadline)
  if owns_most(identity) then return false end
  if counted('names') >= MAX_NAMES then disown_unsure() end
  local free = MAX_NAMES - counted('names')
  local owned = tonumber(redis.call('HGET', DOOR, 'N' .. network) or 0)
  if free <= 0 or network ~= '' and owned >= MAX_NAMES_EACH and owned >= free then return false end
  if not door_add('names', 'w' .. alias, pack_owner(identity, network, now, false), deadline) then return false end
  redis.call('HINCRBY', DOOR, 'n' .. identity, 1)
  redis.call('HINCRBY', DOOR, 'N' .. network, 1)
  return true
end

-- confirm_if_held makes an alias surely its owner's if they have had it for
-- NAME_HELD. It is called before the alias is given up.
local function confirm_if_held(alias)
  local identity, network, since, sure = owner_of(alias)
  if identity and not sure and now - since >= NAME_HELD then
    redis.call('HSET', DOOR, 'w' .. alias, pack_owner(identity, network, since, true))
  end
end

-- exceeds_aliases reports whether an alias would be one more than an identity may
-- own.
local function exceeds_aliases(alias, identity)
  local owner, _, _, sure = owner_of(alias)
  return owner ~= identity and not sure and owns_most(identity)
end

-- remember_alias records the alias that an identity chose, if the identity owns it,
-- and forgets the one before. There are no more of these records than owners.
local function remember_alias(alias, identity, envelope, deadline)
  redis.call('HDEL', DOOR, 'l' .. identity)
  if envelope == '' or owner_of(alias) ~= identity then return end
  redis.call('HSET', DOOR, 'l' .. identity, alias .. ':' .. envelope)
  expire_at(DOOR, deadline)
end

-- is_anothers reports whether an alias is surely another identity's.
local function is_anothers(alias, identity)
  local owner, _, _, sure = owner_of(alias)
  return sure and owner ~= identity
end

-- is_claimed is is_anothers, or reports that another identity will have the alias
-- when it comes back.
local function is_claimed(alias, identity)
  local owner = owner_of(alias)
  return is_anothers(alias, identity) or owner and owner ~= identity and chosen_alias(owner) == alias
end

-- take_alias makes an identity the owner of an alias, and reports whether it is
-- surely another's.
local function take_alias(alias, identity, network, deadline)
  local owner, owner_network, _, sure = owner_of(alias)
  if owner == identity then
    if not sure then redis.call('HSET', DOOR, 'w' .. alias, pack_owner(identity, owner_network, now, false)) end
    return false
  end
  if sure then return true end
  if owner then disown(alias, owner, owner_network) end
  own(alias, identity, network, deadline)
  return false
end

-- confirm_alias makes an alias surely that of an identity that posted under it or
-- was kicked with it.
local function confirm_alias(alias, identity, network, deadline)
  local owner, owner_network, since, sure = owner_of(alias)
  if sure or owner and owner ~= identity then return end
  if not owner then
    if not own(alias, identity, network, deadline) then return end
    owner_network, since = network, now
  end
  redis.call('HSET', DOOR, 'w' .. alias, pack_owner(identity, owner_network, since, true))
end
