-- Returns the number of a message. If it is not stored, resolve rules it out for
-- good and returns 0, also if memory is full. ARGV: epoch, tag of the message's ID,
-- and the time in ms after which a message that was ruled out may be forgotten.
local wanted, tag, duration = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local n = seq_of(tag)
if n == 0 and not ruled_out(tag) then
  touch()
  if counted('ruled') >= MAX_RULED_OUT then
    purge('ruled', 'v', function(at) return now - tonumber(at) > tonumber(duration) end)
    if counted('ruled') >= MAX_RULED_OUT then return 'store' end
  end
  door_add('ruled', 'v' .. tag, int(now), deadline)
end
return {n}
