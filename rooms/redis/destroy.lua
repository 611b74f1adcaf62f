-- Wipes a room. ARGV: epoch, sealed alias of who does.
local epoch = burning(ARGV[1])
if not epoch then return 'gone' end
local messages = number('seq')
wipe()
redis.call('PUBLISH', C, event('x', messages, epoch, '', ARGV[2]))
return {}
