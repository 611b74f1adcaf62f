-- Messages that burn. FUSES holds for the tag of a message: its end in ms, the
-- number of the message, the length of the envelope of its revealing, that envelope,
-- and the one that replaces the message at its end. The field 'next' of META is the
-- first end of all, if there is one.
local function unpack_fuse(value)
  local ends, n, length, at = string.match(value, '^(%d+):(%d+):(%d+):()')
  return tonumber(ends), tonumber(n), string.sub(value, at, at + length - 1), string.sub(value, at + length)
end

-- tag_of returns the tag of the message's ID in an entry of HISTORY.
local function tag_of(entry) return string.match(entry, '^%a%d+:[^:]*:([^:]*):') end

-- entry_at returns the entry of message n, and its index in HISTORY. Numbers have
-- no gaps, so it counts back from the newest one.
local function entry_at(n)
  local index = int(n - meta_number('seq') - 1)
  return redis.call('LRANGE', HISTORY, index, index)[1], index
end

-- burn_message replaces a message in HISTORY, publishes that, and removes the
-- fuse. The field 'burns' of META counts how often a fuse was set or has ended.
local function burn_message(epoch, tag, n, envelope)
  local entry, index = entry_at(n)
  if entry and tag_of(entry) == tag then
    local burnt = event('c', n, epoch, tag, envelope)
    redis.call('LSET', HISTORY, index, burnt)
    publish(burnt)
  end
  redis.call('HINCRBY', META, 'burns', 1)
  redis.call('HDEL', FUSES, tag)
end

-- burn_due burns the messages whose end has come.
local function burn_due(epoch)
  touch()
  local first
  local fuses = redis.call('HGETALL', FUSES)
  for i = 1, #fuses, 2 do
    local ends, n, _, envelope = unpack_fuse(fuses[i + 1])
    if now < ends then
      first = math.min(first or ends, ends)
    else
      burn_message(epoch, fuses[i], n, envelope)
    end
  end
  if first then redis.call('HSET', META, 'next', int(first)) else redis.call('HDEL', META, 'next') end
end
