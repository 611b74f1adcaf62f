-- Moves the deadline nearer, also where memory is full: the expiries are
-- written first. ARGV: epoch, countdown left in ms, sealed alias of who does.
local epoch, deadline = burning(ARGV[1])
if not epoch then return 'gone' end
local sooner = now + ARGV[2]
if sooner >= deadline then return 'longer' end

for _, key in ipairs({M, H, P, N}) do redis.call('PEXPIREAT', key, int(sooner)) end
redis.call('HSET', M, 'dl', int(sooner))
redis.call('PUBLISH', C, event('s', sooner, epoch, '', ARGV[3]))
return {now, sooner, epoch, number('span'), number('max'), number('cap'), redis.call('HGET', M, 'own'), redis.call('HEXISTS', M, 'lock'), int(sooner)}
