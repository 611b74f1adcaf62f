-- Lets somebody in, or does not. ARGV: epoch, tag of the identity, seat, sealed
-- alias of who decides, '1' or '0'.
local wanted, who, seat, by, admit = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if admit == '1' then
  touch()
  letIn(who)
  tell('y', epoch, seat, by)
else
  tell('d', epoch, seat, by)
end
return {}
