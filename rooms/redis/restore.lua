-- Says again what Redis has lost. ARGV: epoch, sealed seat, tag of the
-- message's ID, sealed message.
local wanted, seat, tag, body = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if said(tag) == 0 and redis.call('HEXISTS', M, ruledOut(tag)) == 0 then
  say(epoch, deadline, seat, tag, body)
end
return {}
