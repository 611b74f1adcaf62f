-- Gives a seat another alias. ARGV: epoch, seat ID, tag of the new alias, the
-- seat's revision, its envelope, that with the alias marked as another's, and '1' if
-- it is not to be marked. If the seat is another by now, its envelope is returned.
local wanted, id, tag, revision, plain, marked, own = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local node, was, who, network, now_revision, now_envelope = seated(id)
if not node then return 'unseated' end
if older(revision, now_revision) then return {'seat', now_envelope} end
if tag ~= was and redis.call('HEXISTS', PLACES, 'a' .. tag) == 1 then return 'taken' end
if refuses_name(tag, who) then return 'names' end

if tag ~= was then settle(was) end
local envelope = plain
if mark(tag, who, network, deadline) and own ~= '1' then envelope, revision = marked, revision .. 'm' end
redis.call('HSET', PLACES, 's' .. id, place(node, tag, who, network, revision, envelope), 'a' .. tag, id)
if tag ~= was then redis.call('HDEL', PLACES, 'a' .. was) end
presence('p', epoch, envelope)
return {}
