-- Returns the number of a message, or 0 and rules it out for good, also if memory
-- is full. ARGV: epoch, tag of the message's ID, and how long in ms one is to be
-- remembered.
local wanted, tag, length = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local n = number_of(tag)
if n == 0 and not ruled_out(tag) then
  touch()
  if counted('ruled') >= MAX_RULED_OUT then
    purge('ruled', 'v', function(at) return now - tonumber(at) > tonumber(length) end)
    if counted('ruled') >= MAX_RULED_OUT then return 'store' end
  end
  note('ruled', 'v' .. tag, int(now), deadline)
end
return {n}
