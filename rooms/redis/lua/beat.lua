-- Renews a node's lease. ARGV: epoch, node, lease in ms, version and mark of the
-- roster known, and how many kicks are.
local wanted, node, length, version, mark_known, kicks_known = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end

touch() -- who sits in a room stays in it, also if memory is full
lease(epoch, deadline, node, length, ghosts(node))
local meta = redis.call('HMGET', META, 'seq', 'pv', 'pm', 'burns', 'kicks')
local known = meta[2] == version and (meta[3] or '') == mark_known
return {state(epoch, deadline), tonumber(meta[1]), tonumber(meta[2]), meta[3] or '', tonumber(meta[4] or 0),
  (meta[5] or '0') ~= kicks_known and kicks(), not known and roster()}
