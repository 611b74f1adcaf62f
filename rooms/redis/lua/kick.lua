-- Shows an identity out for good, also if memory is full. ARGV: epoch, tag of the
-- identity, the envelope of it.
local wanted, who, envelope = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if not door(who) and counted('kicks') >= MAX_KICKS then return 'kicks' end
touch()
kick(epoch, deadline, who, envelope)
unseat_all(epoch, deadline, {[who] = true})
return {}
