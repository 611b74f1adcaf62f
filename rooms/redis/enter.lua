-- Takes a seat. ARGV: epoch, node, lease in ms, seat ID, tag of the alias,
-- sealed seat, number of the newest message known.
local wanted, node, length, id, tag, seat, after = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end

-- First decide, then write: whoever is refused changes nothing. Ghosts give
-- their places and aliases up to whoever enters.
local gone = ghosts(node)
local used = redis.call('HLEN', P) / 2 - #gone
local sits = seated(id)
local holder = redis.call('HGET', P, 'a' .. tag)
for _, ghost in ipairs(gone) do
  if ghost.id == id then sits = nil end
  if ghost.id == holder then holder = nil end
end
if not sits then
  if used >= number('max') then return 'full' end
  if holder then return 'taken' end
end

lease(epoch, deadline, node, length, gone)
if not sits then
  redis.call('HSET', P, 's' .. id, place(node, tag, seat), 'a' .. tag, id)
  redis.call('PEXPIREAT', P, int(deadline)) -- an emptied hash came back without
  presence('j', epoch, seat, '')
end
local newest = number('seq')
return {now, deadline, newest, number('pv'), roster(), since(tonumber(after), newest)}
