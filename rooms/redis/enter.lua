-- Takes a seat. ARGV: epoch, node, lease in ms, seat ID, tags of alias and
-- identity, seat, number of the newest message known, and whether the seat is one
-- that is kept.
local wanted, node, length, id, tag, who, seat, after, back = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
back = back == '1'

-- First decide, then write: whoever is refused changes nothing. Ghosts give
-- their places and aliases up to whoever enters.
local gone, lapsed = ghosts(node)
local used = redis.call('HLEN', P) / 2 - #gone
local holder, hisTag = seated(id)
local sits = holder
local namesake = redis.call('HGET', P, 'a' .. tag)
for _, ghost in ipairs(gone) do
  if ghost.id == id then sits = nil end
  if ghost.id == namesake then namesake = nil end
end
local kicked, welcome = door(who)
if kicked then return 'kicked' end
if back and not (sits and holder == keeper(who)) then return 'moved' end
if not sits then
  if not welcome then return 'locked' end
  local kept = keptFor(who)
  if kept then return {'kept', kept} end
  if used >= number('max') then return 'full' end
  if namesake then return 'taken' end
end

lease(epoch, deadline, node, length, gone, lapsed)
if back then
  seat = mark(hisTag, who, seat)
  redis.call('HSET', P, 's' .. id, place(node, hisTag, who, seat))
  presence('b', epoch, seat, '')
elseif not sits then
  letIn(who)
  seat = mark(tag, who, seat)
  redis.call('HSET', P, 's' .. id, place(node, tag, who, seat), 'a' .. tag, id)
  redis.call('PEXPIREAT', P, int(deadline)) -- an emptied hash came back without
  presence('j', epoch, seat, '')
end
local newest = number('seq')
return {now, deadline, newest, number('pv'), roster(), since(tonumber(after), newest)}
