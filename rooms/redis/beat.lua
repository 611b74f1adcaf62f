-- Renews a node's lease. ARGV: epoch, node, lease in ms, roster version known.
local wanted, node, length, known = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end

-- This changes nothing, but Redis allows what follows a first write even where
-- its memory is full: who sits in a room stays in it then.
redis.call('PEXPIREAT', M, int(deadline))
lease(epoch, deadline, node, length, ghosts(node))
local version = number('pv')
return {now, deadline, number('seq'), version, version ~= tonumber(known) and roster()}
