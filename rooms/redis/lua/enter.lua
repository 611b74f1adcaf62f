-- Takes a seat. ARGV: epoch, node, lease in ms, seat ID, tags of alias, identity
-- and network, the seat's revision, its envelope and that with its alias marked as another's, the
-- envelope by which it is let in again, number of the newest message known, places
-- in all, whether the seat is one that is kept, and the envelope by which the
-- identity was let in, if the server has checked it, or 'owner' for who lit the
-- room, and '1' if the alias is not to be marked.
local wanted, node, length, id, tag, who, network, revision, plain, marked, welcome, after, places, back, pass, own = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
back = back == '1'

-- First decide, then write: whoever is refused changes nothing. Ghosts give
-- their places and aliases up to whoever enters.
local gone, lapsed = ghosts(node)
local used = redis.call('HLEN', PLACES) / 2 - #gone
local holder, her_tag, _, _, her_revision = seated(id)
local sits = holder
local namesake = redis.call('HGET', PLACES, 'a' .. tag)
for _, ghost in ipairs(gone) do
  if ghost.id == id then sits = nil end
  if ghost.id == namesake then namesake = nil end
end
local out, let = door(who)
if out then return {'kicked', out} end
if back and not (sits and holder == keeper(who)) then return 'moved' end
if not sits or back then
  if is_locked() and pass ~= 'owner' and pass ~= let then
    if let then return {'pass', let} end
    return 'locked'
  end
end
if not sits then
  local kept = kept_for(who)
  if kept then return {'kept', kept} end
  local free = tonumber(places) - used
  if free <= 0 then return 'full' end
  if tonumber(revision) <= 1 and crowded(network, free, gone) then return 'network' end
  if namesake then return 'taken' end
end

lease(epoch, deadline, node, length, gone, lapsed)
-- A server that takes its seat again with a later revision saw it given up, though
-- it is here: somebody published that who should not.
local again = sits and not back and holder == node and her_tag == tag and not older(revision, her_revision)
if back or not sits or again then
  if back then tag = her_tag else let_in(who, welcome, deadline) end
  local envelope = plain
  if sits then settle(tag) end
  if mark(tag, who, network, deadline) and own ~= '1' then envelope, revision = marked, revision .. 'm' end
  redis.call('HSET', PLACES, 's' .. id, place(node, tag, who, network, revision, envelope), 'a' .. tag, id)
  expires(PLACES, deadline) -- an emptied hash came back without
  presence('p', epoch, envelope)
end
local newest = number('seq')
local history, lit = since(tonumber(after), newest)
return {state(epoch, deadline), newest, number('pv'), redis.call('HGET', META, 'pm'), let and 1 or 0,
  counted('kicks') > 0 and kicks() or {}, roster(), history, lit}
