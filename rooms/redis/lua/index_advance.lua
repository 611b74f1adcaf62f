-- Moves an entry to an earlier time, also if memory is full: Redis refuses no
-- addition after a removal. KEYS: the index. ARGV: entry, time in ms.
local INDEX = KEYS[1]
local entry, due = unpack(ARGV)
local expiry = redis.call('PTTL', INDEX)
local before = redis.call('ZSCORE', INDEX, entry)
if before and tonumber(due) < tonumber(before) then
  redis.call('ZREM', INDEX, entry)
  redis.call('ZADD', INDEX, due, entry)
  if expiry > 0 then redis.call('PEXPIRE', INDEX, expiry) end -- lost if it was the only entry
end
return {}
