-- Kicks an identity for good, also if memory is full. ARGV: epoch, tag of the
-- identity, envelope of the kick.
local wanted, identity, envelope = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if not decision(identity) and counted('kicks') >= MAX_KICKS then return 'kicks' end
touch()
kick(epoch, deadline, identity, envelope)
unseat_kicked(epoch, deadline, {[identity] = true})
return {}
