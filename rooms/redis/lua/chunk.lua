-- Returns a chunk of a blob, or ''. ARGV: epoch, field.
local wanted, field = unpack(ARGV)
if not burning(wanted) then return 'gone' end
return {redis.call('HGET', BLOBS, field) or ''}
