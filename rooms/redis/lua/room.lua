-- The room as a whole: whether it burns, its state and its deadline.

-- burning returns the epoch of the room, its deadline, how many messages it keeps, and
-- the field 'burns' of META, see burn_due. It returns nothing if no room burns or if its
-- epoch is not the wanted one ('': any). It wipes a room that burned out, and burns the
-- messages that are due.
local function burning(wanted)
  local meta = redis.call('HMGET', META, 'ep', 'dl', 'next', 'cap', 'burns')
  local deadline = tonumber(meta[2] or 0)
  if now >= deadline then
    wipe()
    return
  end
  if meta[3] and now >= tonumber(meta[3]) then burn_due(meta[1]) end
  if wanted == '' or wanted == meta[1] then return meta[1], deadline, tonumber(meta[4]), meta[5] end
end

-- state returns the state of the room that most replies contain, for servers to
-- check against what was sealed: the time, the deadline in Redis, the epoch, the
-- envelopes of the lighting and of the last shortening, the lock's version, state
-- and envelope, the envelope of the drop, and the number of files.
local function state(epoch, deadline)
  local meta = redis.call('HMGET', META, 'room', 'cut', 'lockv', 'locked', 'lock', 'drop', 'files')
  return {now, deadline, epoch, meta[1] or '', meta[2] or '', tonumber(meta[3] or 0), tonumber(meta[4] or 0), meta[5] or '',
    meta[6] or '', tonumber(meta[7] or 0)}
end

-- clock_off reports whether a server that computed a deadline from the time left
-- was wrong about this clock, by more than the command may have taken to arrive.
local function clock_off(deadline, left, final)
  local off = deadline - (now + left)
  return final ~= '1' and (off > 50 or off < -2000)
end

-- advance moves the deadline nearer, also if memory is full. The expiries come
-- last: one that has passed by then deletes its key.
local function advance(epoch, deadline, cut)
  touch()
  redis.call('HSET', META, 'dl', int(deadline), 'cut', cut)
  if cut ~= '' then publish_notice('s', epoch, cut) end
  for _, key in ipairs({META, HISTORY, PLACES, LEASES, DOOR, FUSES, BLOBS, FILES}) do expire_at(key, deadline) end
end
