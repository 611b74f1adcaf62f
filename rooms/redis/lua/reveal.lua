-- Lets a message that burns end sooner, also if memory is full. ARGV: epoch, tag
-- of the message's ID, its end in ms, the time that is left until then, the
-- envelope that says so, the one that takes the message's place then, and '1' to
-- take the end as it is.
local wanted, tag, ends, left, envelope, rest, final = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local n = number_of(tag)
local entry = n > 0 and entry_at(n)
if not entry or string.sub(entry, 1, 1) ~= 'm' then return 'burnt' end
if off(ends, left, final) then return {'when', now} end
ends = tonumber(ends)
local lit = redis.call('HGET', FUSES, tag)
if lit then
  local before, _, said = fuse_of(lit)
  if before <= ends then return {'lit', said} end
end

touch()
redis.call('HSET', FUSES, tag, int(ends) .. ':' .. int(n) .. ':' .. #envelope .. ':' .. envelope .. rest)
expires(FUSES, deadline)
local first = redis.call('HGET', META, 'next')
if not first or ends < tonumber(first) then redis.call('HSET', META, 'next', int(ends)) end
redis.call('HINCRBY', META, 'burns', 1)
publish(event('f', n, epoch, tag, envelope))
if now >= ends then expire_messages(epoch) end
return {'set'}
