-- Renews a node's lease. ARGV: epoch, node, lease in ms, roster version known.
local wanted, node, length, known = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end

touch() -- who sits in a room stays in it, also where memory is full
lease(epoch, deadline, node, length, ghosts(node))
local meta = redis.call('HMGET', M, 'seq', 'pv', 'lock', 'burns')
return {now, deadline, tonumber(meta[1]), tonumber(meta[2]), meta[3] and 1 or 0, tonumber(meta[4] or 0), meta[2] ~= known and roster()}
