-- Sets when a message burns, or moves that nearer, also if memory is full. ARGV:
-- epoch, tag of the message's ID, its end in ms, the time left until then, the
-- envelope of the revealing, the one that replaces the message at its end, and '1'
-- to accept the end as it is. If the message burns earlier, the envelope of that is
-- returned.
local wanted, tag, ends, left, envelope, burnt, final = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local n = seq_of(tag)
local entry = n > 0 and entry_at(n)
if not entry or string.sub(entry, 1, 1) ~= 'm' then return 'burnt' end
if clock_off(ends, left, final) then return {'when', now} end
ends = tonumber(ends)
local before, revealed = unpack_fuse(redis.call('HGET', FUSES, int(n)))
if before and before <= ends then return {'lit', revealed} end

touch()
redis.call('HSET', FUSES, int(n), pack_fuse(ends, envelope, burnt))
expire_at(FUSES, deadline)
local first = meta_number('next')
if not first or ends < first then redis.call('HSET', META, 'next', int(ends)) end
redis.call('HINCRBY', META, 'burns', 1)
publish(event('f', n, epoch, tag, envelope))
if now >= ends then burn_due(epoch) end
return {'set'}
