-- Locks a room, or opens it, also where memory is full. ARGV: epoch, '1' or '0',
-- sealed alias of who does.
local wanted, locked, by = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
touch()
if locked == '1' then
  redis.call('HSET', M, 'lock', 1)
  tell('L', epoch, '', by)
else
  redis.call('HDEL', M, 'lock')
  tell('U', epoch, '', by)
end
return {}
