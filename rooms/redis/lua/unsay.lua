-- Takes a message back, also if memory is full. ARGV: epoch, tag of the message's ID, the
-- envelope that replaces it, the number that it has on the server, and the time in ms
-- after which a message that was ruled out may be forgotten.
local wanted, tag, envelope, known, duration = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
touch()
local n = seq_of(tag)
if n == 0 then
  -- The history has dropped it, but servers may still show it; or Redis has lost it, and
  -- a server may be about to restore it.
  known = tonumber(known)
  local dropped = known > 0 and known + meta_number('cap') <= meta_number('seq')
  if not dropped and not rule_out(tag, duration, deadline) then return 'store' end
  publish(event('u', 0, epoch, tag, envelope))
  return {}
end
local entry = entry_at(n)
if not entry then return 'gone' end -- it expired this very moment
local kind = string.sub(entry, 1, 1)
if kind == 'c' then return 'burnt' end
if kind == 'm' then
  local _, _, _, looks = unpack_fuse(redis.call('HGET', FUSES, int(n)))
  put_out(int(n), looks)
  redis.call('HINCRBY', META, 'burns', 1)
  replace_message(epoch, n, 'u', envelope)
end
return {}
