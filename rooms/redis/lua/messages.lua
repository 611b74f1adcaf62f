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

-- rule_out has a message refused, also if memory is full. It returns false if there are
-- too many of them. Only scripts with door.lua may call it.
local function rule_out(tag, duration, deadline)
  if ruled_out(tag) then return true end
  touch()
  if counted('ruled') >= MAX_RULED_OUT then
    purge('ruled', 'v', function(at) return now - tonumber(at) > tonumber(duration) end)
    if counted('ruled') >= MAX_RULED_OUT then return false end
  end
  return door_add('ruled', 'v' .. tag, int(now), deadline)
end

-- since returns the entries after message n, and what belongs to their fuses: the
-- number of a message, 'f' or 'r', and the envelope of its revealing or of a look.
local function since(n, newest)
  local entries, lit = {}, {}
  if n >= newest then return entries, lit end
  entries = redis.call('LRANGE', HISTORY, int(n - newest), -1)
  local function add(field, kind, envelope)
    lit[#lit + 1] = field
    lit[#lit + 1] = kind
    lit[#lit + 1] = envelope
  end
  local fuses = redis.call('HGETALL', FUSES)
  for i = 1, #fuses, 2 do
    local ends, revealed, _, looks = unpack_fuse(fuses[i + 1])
    if ends and ends > 0 then add(fuses[i], 'f', revealed) end
    for j = 2, looks and #looks or 0, 2 do
      if type(looks[j]) == 'string' then add(fuses[i], 'r', looks[j]) end
    end
  end
  return entries, lit
end
