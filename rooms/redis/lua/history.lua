-- What was said. The history list holds the entries of the newest messages.

-- number_of returns the number of the message with that tag, or 0. Messages are
-- looked through one by one: only if an answer was lost or a history is mended.
local function number_of(tag)
  local sign = ':' .. tag .. ':'
  for _, entry in ipairs(redis.call('LRANGE', HISTORY, 0, -1)) do
    if string.find(entry, sign, 1, true) and tag_of(entry) == tag then
      return tonumber(string.match(entry, '^%a(%d+):'))
    end
  end
  return 0
end

-- ruled_out reports whether a message must not come any more.
local function ruled_out(tag) return redis.call('HEXISTS', DOOR, 'v' .. tag) == 1 end

-- append adds a message to the history, publishes it and returns its number.
local function append(epoch, deadline, tag, envelope)
  local newest = redis.call('HINCRBY', META, 'seq', 1)
  local entry = event('m', newest, epoch, tag, envelope)
  local kept = redis.call('RPUSH', HISTORY, entry)
  if kept == 1 then
    expires(HISTORY, deadline)
  elseif kept > number('cap') then
    local dropped = tag_of(redis.call('LPOP', HISTORY))
    if dropped then redis.call('HDEL', FUSES, dropped) end
  end
  publish(entry)
  return newest
end

-- since returns the messages after a number, and the fuses that are lit.
local function since(after, newest)
  local list, lit = {}, {}
  if after < newest then list = redis.call('LRANGE', HISTORY, int(after - newest), -1) end
  if redis.call('HEXISTS', META, 'next') == 1 then
    local all = redis.call('HGETALL', FUSES)
    for i = 1, #all, 2 do
      local _, _, envelope = fuse_of(all[i + 1])
      lit[#lit + 1] = all[i] .. ':' .. envelope
    end
  end
  return list, lit
end
