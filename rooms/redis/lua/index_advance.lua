-- Moves an entry to an earlier time, also where memory is full: Redis refuses no
-- addition after a removal. KEYS: the index alone. ARGV: entry, time in ms.
local expiry = redis.call('PTTL', KEYS[1])
local due = redis.call('ZSCORE', KEYS[1], ARGV[1])
if due and tonumber(ARGV[2]) < tonumber(due) then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  if expiry > 0 then redis.call('PEXPIRE', KEYS[1], expiry) end -- lost where it was the only entry
end
return {}
