-- Wipes a room. ARGV: epoch, envelope of the destruction.
local wanted, envelope = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
local messages = meta_number('seq')
wipe()
publish(event('x', messages, epoch, '', envelope))
return {}
