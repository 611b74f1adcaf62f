-- Messages that burn. From the moment somebody reveals message n, the field n of
-- FUSES has in MessagePack: its end in ms, the envelope of its revealing, which
-- contains the end, the envelope that replaces the message at its end, and a list of
-- who looked: for each the tag of the identity and an envelope. Once the text is gone,
-- the end is 0 and only the list is left. The field is removed with the message, so
-- FUSES never has more fields than HISTORY entries. The field 'next' of META is the
-- first end of all, if there is one.
local function pack_fuse(ends, revealed, burnt, looks) return cmsgpack.pack(ends, revealed, burnt, looks) end

-- unpack_fuse returns the parts of a fuse, or nothing if pack_fuse did not make the
-- value.
local function unpack_fuse(value)
  local valid, ends, revealed, burnt, looks = pcall(cmsgpack.unpack, value)
  if valid and type(ends) == 'number' and type(revealed) == 'string' and type(burnt) == 'string' and type(looks) == 'table' then
    return ends, revealed, burnt, looks
  end
end

-- put_out deletes a fuse, except its list of looks.
local function put_out(field, looks)
  if looks and #looks > 0 then
    redis.call('HSET', FUSES, field, pack_fuse(0, '', '', looks))
    expire_at(FUSES, meta_number('dl') or 0) -- see touch
  else
    redis.call('HDEL', FUSES, field)
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

-- replace_message replaces message n in HISTORY and publishes that. kind is 'c' for one
-- that burned, or 'u' for one that was taken back.
local function replace_message(epoch, n, kind, envelope)
  local entry, index = entry_at(n)
  local tag = entry and tag_of(entry)
  if not tag then return end
  local left = event(kind, n, epoch, tag, envelope)
  redis.call('LSET', HISTORY, index, left)
  publish(left)
end

-- burn_due burns the messages whose end has come. The field 'burns' of META counts
-- how often a message was revealed, looked at or taken back, or has burned.
local function burn_due(epoch)
  touch()
  local first
  local fuses = redis.call('HGETALL', FUSES)
  for i = 1, #fuses, 2 do
    local n, ends, _, burnt, looks = tonumber(fuses[i]), unpack_fuse(fuses[i + 1])
    if ends and now < ends then
      first = math.min(first or ends, ends)
    elseif ends ~= 0 or not n then
      if n and ends then replace_message(epoch, n, 'c', burnt) end
      redis.call('HINCRBY', META, 'burns', 1)
      put_out(fuses[i], n and looks)
    end
  end
  if first then redis.call('HSET', META, 'next', int(first)) else redis.call('HDEL', META, 'next') end
end
