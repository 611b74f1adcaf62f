-- Messages that burn. From the moment somebody reveals message n, the field n of
-- FUSES has in MessagePack: its end in ms, the envelope of its revealing, which
-- contains the end, and the envelope that replaces the message at its end. The field
-- is removed with the message, so FUSES never has more fields than HISTORY entries.
-- The field 'next' of META is the first end of all, if there is one.
local function pack_fuse(ends, revealed, burnt) return cmsgpack.pack(ends, revealed, burnt) end

-- unpack_fuse returns the end and the envelopes, or nothing if pack_fuse did not
-- make the value.
local function unpack_fuse(value)
  local valid, ends, revealed, burnt = pcall(cmsgpack.unpack, value)
  if valid and type(ends) == 'number' and type(revealed) == 'string' and type(burnt) == 'string' then
    return ends, revealed, burnt
  end
end

-- tag_of returns the tag of the message's ID in an entry of HISTORY.
local function tag_of(entry) return string.match(entry, '^%a%d+:[^:]*:([^:]*):') end

-- entry_at returns the entry of message n, and its index in HISTORY. Numbers have
-- no gaps, so it counts back from the newest one.
local function entry_at(n)
  local index = int(n - meta_number('seq') - 1)
  return redis.call('LRANGE', HISTORY, index, index)[1], index
end

-- burn_message replaces message n in HISTORY and publishes that.
local function burn_message(epoch, n, envelope)
  local entry, index = entry_at(n)
  local tag = entry and tag_of(entry)
  if not tag then return end
  local burnt = event('c', n, epoch, tag, envelope)
  redis.call('LSET', HISTORY, index, burnt)
  publish(burnt)
end

-- burn_due burns the messages whose end has come. The field 'burns' of META counts
-- how often a message was revealed or has burned.
local function burn_due(epoch)
  touch()
  local first
  local fuses = redis.call('HGETALL', FUSES)
  for i = 1, #fuses, 2 do
    local n, ends, _, burnt = tonumber(fuses[i]), unpack_fuse(fuses[i + 1])
    if ends and now < ends then
      first = math.min(first or ends, ends)
    else
      if n and ends then burn_message(epoch, n, burnt) end
      redis.call('HINCRBY', META, 'burns', 1)
      redis.call('HDEL', FUSES, fuses[i])
    end
  end
  if first then redis.call('HSET', META, 'next', int(first)) else redis.call('HDEL', META, 'next') end
end
