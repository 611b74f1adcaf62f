-- Gives a seat another alias. ARGV: epoch, seat ID, tag of the new alias,
-- sealed seat with it.
local wanted, id, tag, seat = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
local node, was, who, before = seated(id)
if not node then return 'unseated' end
if tag ~= was and redis.call('HEXISTS', P, 'a' .. tag) == 1 then return 'taken' end

seat = mark(tag, who, seat)
redis.call('HSET', P, 's' .. id, place(node, tag, who, seat), 'a' .. tag, id)
if tag ~= was then redis.call('HDEL', P, 'a' .. was) end
presence('r', epoch, seat, before)
return {}
