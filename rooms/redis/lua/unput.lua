-- Deletes the first chunks of a blob. ARGV: epoch, tag of its ID, how many.
local wanted, tag, chunks = unpack(ARGV)
if not burning(wanted) then return 'gone' end
for n = 0, tonumber(chunks) - 1 do redis.call('HDEL', BLOBS, tag .. ':' .. int(n)) end
return {}
