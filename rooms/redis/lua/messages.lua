-- The messages of HISTORY.

-- seq_of returns the number of the message with a tag, or 0. It searches the whole
-- history, so it is for lost replies, mended histories and messages that burn.
local function seq_of(tag)
  local sign = ':' .. tag .. ':'
  for _, entry in ipairs(redis.call('LRANGE', HISTORY, 0, -1)) do
    if string.find(entry, sign, 1, true) and tag_of(entry) == tag then
      return tonumber(string.match(entry, '^%a(%d+):'))
    end
  end
  return 0
end

-- ruled_out reports whether a message must never be stored, see resolve.lua.
local function ruled_out(tag) return redis.call('HEXISTS', DOOR, 'v' .. tag) == 1 end

-- append adds a message to HISTORY, publishes it and returns its number.
local function append(epoch, deadline, tag, envelope)
  local newest = redis.call('HINCRBY', META, 'seq', 1)
  local entry = event('m', newest, epoch, tag, envelope)
  local length = redis.call('RPUSH', HISTORY, entry)
  if length == 1 then
    expire_at(HISTORY, deadline)
  elseif length > meta_number('cap') then
    redis.call('LPOP', HISTORY)
    redis.call('HDEL', FUSES, int(newest - length + 1))
  end
  publish(entry)
  return newest
end

-- since returns the entries after message n, and the fuses: for each the number of
-- its message and the envelope of its revealing.
local function since(n, newest)
  local entries, lit = {}, {}
  if n < newest then entries = redis.call('LRANGE', HISTORY, int(n - newest), -1) end
  if redis.call('HEXISTS', META, 'next') == 1 then
    local fuses = redis.call('HGETALL', FUSES)
    for i = 1, #fuses, 2 do
      local _, revealed = unpack_fuse(fuses[i + 1])
      if revealed then
        lit[#lit + 1] = fuses[i]
        lit[#lit + 1] = revealed
      end
    end
  end
  return entries, lit
end
