-- Admits or denies somebody who knocked. ARGV: epoch, tag of the identity, envelope
-- of the decision, and the envelope by which the identity is admitted, or ''.
local wanted, identity, envelope, welcome = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if welcome ~= '' then
  touch()
  if not admit(identity, welcome, deadline) then return 'store' end
  publish_notice('y', epoch, envelope)
else
  publish_notice('d', epoch, envelope)
end
return {}
