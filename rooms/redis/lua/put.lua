-- Keeps a chunk of a blob. ARGV: epoch, field, envelope.
local wanted, field, envelope = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
redis.call('HSET', BLOBS, field, envelope)
expire_at(BLOBS, deadline) -- the hash may be new, also if it existed before
return {}
