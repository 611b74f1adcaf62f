-- Wipes a room whose drop was taken, also if memory is full, and keeps how it was
-- taken until its deadline. ARGV: epoch, tag of the claim, envelope of the taking.
local wanted, claim, envelope = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if redis.call('HEXISTS', META, 'drop') == 0 then return 'nothing' end
if redis.call('HGET', META, 'claim') ~= claim then return 'claimed' end
local messages = meta_number('seq')
wipe()
redis.call('HSET', TAKEN, 'ep', epoch, 'taken', envelope)
expire_at(TAKEN, deadline)
publish(event('X', messages, epoch, '', envelope))
return {}
