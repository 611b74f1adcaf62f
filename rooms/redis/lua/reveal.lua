-- Sets when a message burns, or moves that nearer, and adds who looked, also if memory
-- is full. ARGV: epoch, tag of the message's ID, its end in ms, the time left until
-- then, the envelope of the revealing, the one that replaces the message at its end, '1'
-- to accept the end unchanged, and the tag and the envelope of the looker, or ''. If the
-- message burns earlier, the envelope of that is returned.
local wanted, tag, ends, left, envelope, burnt, final, looker, look = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local n = seq_of(tag)
local entry = n > 0 and entry_at(n)
if not entry or string.sub(entry, 1, 1) ~= 'm' then return 'burnt' end
if clock_off(ends, left, final) then return {'when', now} end
ends = tonumber(ends)
local before, revealed, replaces, looks = unpack_fuse(redis.call('HGET', FUSES, int(n)))
looks = looks or {}
local new = looker ~= '' and #looks < 2 * MAX_LOOKS
for i = 1, #looks, 2 do
  if looks[i] == looker then new = false end
end
local earlier = before and before > 0 and before <= ends
if earlier and not new then return {'lit', revealed} end

touch()
if new then
  looks[#looks + 1] = looker
  looks[#looks + 1] = look
end
if earlier then
  redis.call('HSET', FUSES, int(n), pack_fuse(before, revealed, replaces, looks))
else
  redis.call('HSET', FUSES, int(n), pack_fuse(ends, envelope, burnt, looks))
  local first = meta_number('next')
  if not first or ends < first then redis.call('HSET', META, 'next', int(ends)) end
end
expire_at(FUSES, deadline)
redis.call('HINCRBY', META, 'burns', 1)
if not earlier then publish(event('f', n, epoch, tag, envelope)) end
if new then publish(event('r', n, epoch, '', look)) end
if earlier then return {'lit', revealed} end
if now >= ends then burn_due(epoch) end
return {'set'}
