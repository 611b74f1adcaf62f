-- Removes a file, also if memory is full. ARGV: epoch, tag of its name, its envelope,
-- its size, tag of its blob, how many chunks that has, and the envelope of the removal.
local wanted, name, envelope, size, blob, chunks, removal = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
if redis.call('HGET', FILES, name) ~= envelope then return 'nofile' end
redis.call('HDEL', FILES, name)
redis.call('HINCRBY', META, 'fbytes', -size)
redis.call('HINCRBY', META, 'files', -1)
for n = 0, tonumber(chunks) - 1 do redis.call('HDEL', BLOBS, blob .. ':' .. int(n)) end
publish_notice('R', epoch, removal)
return {}
