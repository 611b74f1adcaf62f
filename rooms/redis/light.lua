-- Lights a room. ARGV: epoch, countdown in ms, places, history, sealed owner.
-- The first write is one that Redis refuses where its memory is full, before
-- anything changed; so in every script that adds to a room.
local epoch, countdown, places, history, owner = unpack(ARGV)
local deadline = redis.call('HGET', M, 'dl')
if deadline and now < tonumber(deadline) then return 'burning' end

if deadline then redis.call('UNLINK', M) end -- burned out this very moment
deadline = now + countdown
redis.call('HSET', M, 'ep', epoch, 'dl', int(deadline), 'span', countdown, 'max', places,
  'cap', history, 'own', owner, 'seq', 0, 'pv', 0)
redis.call('PEXPIREAT', M, int(deadline))
redis.call('UNLINK', H, P, N)
return {now, deadline}
