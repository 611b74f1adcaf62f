-- Lets a message that burns end sooner, also where memory is full. ARGV: epoch,
-- tag of the message's ID, ms from now, and what is left of it then, sealed.
-- Behind its seat, a message that is lit has its end in ms, "," and the length of
-- what will be left, which stands before what was sealed.
local wanted, tag, left, rest = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local n = said(tag)
local entry, at = spoken(n)
if not entry or string.sub(entry, 1, 1) ~= 'm' then return 'burnt' end
local head, fuse, _, _, body = parted(entry)
local soon = now + left
if fuse and fuse <= soon then return {now, fuse, int(fuse)} end

touch()
redis.call('LSET', H, at, head .. int(soon) .. ',' .. #rest .. ':' .. tag .. ':' .. rest .. body)
local lit = {int(n) .. ':' .. int(soon)}
for other, till in string.gmatch(redis.call('HGET', M, 'lit') or '', '(%d+):(%d+)') do
  if tonumber(other) ~= n then lit[#lit + 1] = other .. ':' .. till end
end
lit = table.concat(lit, ',')
redis.call('HSET', M, 'lit', lit)
redis.call('HINCRBY', M, 'burns', 1)
local seat = string.match(head, '^m%d+:[^:]*:%d+:%d+:(.*)$')
redis.call('PUBLISH', C, event('f', n, epoch, seat, int(soon) .. ':' .. tag .. ':' .. rest))
burnDown(lit, deadline)
return {now, soon, int(soon)}
