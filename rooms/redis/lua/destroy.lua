-- Wipes a room. ARGV: epoch, the envelope of it.
local epoch = burning(ARGV[1])
if not epoch then return 'gone' end
local messages = number('seq')
wipe()
publish(event('x', messages, epoch, '', ARGV[2]))
return {}
