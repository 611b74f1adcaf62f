-- Takes a seat. ARGV: epoch; node and its lease in ms; seat ID; tags of alias,
-- identity and network; the seat's revision; its envelope, and the one with its
-- alias marked as another's; the envelope that admits the identity from now on;
-- number of the newest message known; number of seats; '1' if the seat is one that
-- is kept for the identity; the envelope by which the identity was admitted, if the
-- server has checked it, or 'owner' for the owner of the room; '1' if the alias is
-- not to be marked; and options, as letters: 'a' if the identity is to be alone, so
-- that the envelopes of its other seats are returned if it has any, 'c' for an alias
-- that must not be marked either, 'w' for somebody who takes no seat that is kept,
-- 'b' for a seat that takes none of the room's, 'n' for an alias that becomes
-- nobody's, 'l' if the envelope of the alias that the identity chose last is to be
-- returned, if there is one and it is free.
local wanted, node, duration, id, alias, identity, network, revision, plain, marked, welcome, after, seats, kept, pass, unmarked, options = unpack(ARGV)
local function option(letter) return string.find(options, letter, 1, true) end
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
kept = kept == '1'

-- First decide, then write: a refusal changes nothing. Lapsed seats free their
-- places and aliases.
local lapsed, expired = lapsed_seats(node)
local holder, seat_alias, _, _, seat_revision = seat_of(id)
local seated = holder
local namesake = redis.call('HGET', PLACES, 'a' .. alias)
for _, seat in ipairs(lapsed) do
  if seat.id == id then seated = nil end
  if seat.id == namesake then namesake = nil end
end
local kicked, admitted = decision(identity)
if kicked then return {'kicked', kicked} end
if kept and not (seated and holder == keeper(identity)) then return 'moved' end
if not seated or kept then
  if is_locked() and pass ~= 'owner' and pass ~= admitted then
    if admitted then return {'pass', admitted} end
    return 'locked'
  end
end
if not seated then
  local waiting = not option('w') and kept_seat(identity)
  if waiting then return {'kept', waiting} end
  local others = option('a') and seats_of(identity, lapsed) or {}
  if #others > 0 then return {'seated', others} end
  local taken, own, of_network, beside = count_seats(identity, network, lapsed)
  local free = tonumber(seats) - taken
  if option('b') then
    if own == 0 or beside >= MAX_BESIDE then return 'full' end
  elseif free <= 0 then
    return 'full'
  elseif tonumber(revision) <= 1 and network_full(network, of_network, free) then
    return 'network'
  end
  if option('l') then
    local chosen, envelope = chosen_alias(identity)
    if chosen and chosen ~= alias and not alias_taken(chosen, lapsed) then return {'chosen', envelope} end
  end
  if namesake then return 'taken' end
  if option('c') and is_claimed(alias, identity) then return 'used' end
end

renew_lease(epoch, deadline, node, duration, lapsed, expired)
-- A server that takes its seat again with a later revision was told that the seat
-- was given up, though it is here: a forger published that.
local again = seated and not kept and holder == node and seat_alias == alias and not not_newer(revision, seat_revision)
if kept or not seated or again then
  if kept then alias = seat_alias else admit(identity, welcome, deadline) end
  local envelope = plain
  if seated then confirm_if_held(alias) end
  local anothers = is_anothers(alias, identity)
  if not option('n') then take_alias(alias, identity, network, deadline) end
  if anothers and unmarked ~= '1' then envelope, revision = marked, revision .. 'm' end
  if option('b') then revision = revision .. 'b' end
  redis.call('HSET', PLACES, 's' .. id, pack_seat(node, alias, identity, network, revision, envelope), 'a' .. alias, id)
  expire_at(PLACES, deadline) -- the hash may be new, also if it existed before
  publish_seat('p', epoch, envelope)
end
local newest = meta_number('seq')
local entries, lit = since(tonumber(after), newest)
return {state(epoch, deadline), newest, meta_number('pv'), redis.call('HGET', META, 'pm'), admitted and 1 or 0,
  counted('kicks') > 0 and kicks() or {}, roster(), entries, lit}
