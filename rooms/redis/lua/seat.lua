-- A seat. PLACES has two fields for a seat: 's' .. ID with its node, the tags of
-- its alias, identity and network, its revision and its envelope; and 'a' .. alias
-- with its ID. A revision is a number, with 'm' if the alias is marked as another's,
-- and 'b' if the seat takes none of the room's: a server has to know all of it to seal
-- for the seat.
local function pack_seat(node, alias, identity, network, revision, envelope)
  return node .. ':' .. alias .. ':' .. identity .. ':' .. network .. ':' .. revision .. ':' .. envelope
end

local function unpack_seat(value) return string.match(value, '^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$') end

-- seat_of returns node, alias, identity, network, revision and envelope of a seat,
-- or nothing.
local function seat_of(id)
  local value = redis.call('HGET', PLACES, 's' .. id)
  if value then return unpack_seat(value) end
end
