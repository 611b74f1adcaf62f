-- Renews a node's lease. ARGV: epoch, node, lease in ms, the known version and mark
-- of the roster, and the known number of kicks.
local wanted, node, duration, known_version, known_mark, known_kicks = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end

touch() -- whoever has a seat keeps it, also if memory is full
renew_lease(epoch, deadline, node, duration, lapsed_seats(node))
local meta = redis.call('HMGET', META, 'seq', 'pv', 'pm', 'burns', 'kicks')
local known = meta[2] == known_version and (meta[3] or '') == known_mark
return {state(epoch, deadline), tonumber(meta[1]), tonumber(meta[2]), meta[3] or '', tonumber(meta[4] or 0),
  (meta[5] or '0') ~= known_kicks and kicks(), not known and roster()}
