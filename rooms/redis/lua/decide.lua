-- Lets somebody in, or does not. ARGV: epoch, tag of the identity, the envelope of
-- the decision, and that by which they are let in, or ''.
local wanted, who, envelope, welcome = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if welcome ~= '' then
  touch()
  if not let_in(who, welcome, deadline) then return 'store' end
  tell('y', epoch, envelope)
else
  tell('d', epoch, envelope)
end
return {}
