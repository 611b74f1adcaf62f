-- The beginning of every script. A script on a room gets all keys of the room, in
-- this order. The keys are in one slot of a Cluster.
--   META     hash    epoch, deadline, counters, and envelopes of the room's state
--   HISTORY  list    the entries of the newest messages
--   PLACES   hash    the seats, see seat.lua
--   LEASES   zset    nodes and keepers of seats, by the time at which they lapse
--   CHANNEL  channel on which events are published
--   DOOR     hash    identities admitted or kicked, and other records, see door.lua
--   FUSES    hash    messages that burn, see fuses.lua
--   BLOBS    hash    chunks of blobs: tag of the blob's ID ':' number
--   FILES    hash    envelopes of files, by the tags of their names
--   TAKEN    hash    how a room was taken: epoch, and its envelope; not of the room
local META, HISTORY, PLACES, LEASES, CHANNEL, DOOR, FUSES, BLOBS, TAKEN, FILES = unpack(KEYS)

-- now is the time in ms. Only this clock decides: those of the servers may be
-- wrong.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- int formats an integer. Lua by itself would format a time as 1.7e+12.
local function int(n) return string.format('%.0f', n) end

-- meta_number returns a field of META as a number, or nil.
local function meta_number(field) return tonumber(redis.call('HGET', META, field)) end

-- counted returns a counter in META.
local function counted(counter) return meta_number(counter) or 0 end

local function wipe() redis.call('UNLINK', META, HISTORY, PLACES, LEASES, DOOR, FUSES, BLOBS, FILES) end

-- touch is a write that changes nothing. Redis does not refuse it if memory is
-- full, and then allows the writes that follow in the same script. Setting the
-- expiry again would not do: if the deadline passes while the script runs, it
-- deletes the key, and what is written next creates one that never expires.
local function touch() redis.call('HDEL', META, '') end

local function expire_at(key, deadline) redis.call('PEXPIREAT', key, int(deadline)) end

-- event returns an event as it is published, and as HISTORY keeps a message:
-- a letter for its kind, a number (of the message, or the roster's version), what
-- belongs to the kind in the clear, and an envelope that a server sealed. Go opens
-- the envelope by the kind, so that none passes for one of another kind.
local function event(kind, n, epoch, clear, envelope)
  return kind .. int(n) .. ':' .. epoch .. ':' .. clear .. ':' .. envelope
end

local function publish(entry) redis.call('PUBLISH', CHANNEL, entry) end

-- publish_notice publishes an event that is neither a message nor a change of the
-- roster.
local function publish_notice(kind, epoch, envelope) publish(event(kind, 0, epoch, '', envelope)) end

-- door_add adds a field to DOOR and counts it. It returns false if the field
-- exists. The expiry comes last in whatever adds to DOOR: if the deadline has
-- passed by then, it deletes the key.
local function door_add(counter, field, value, deadline)
  if redis.call('HSETNX', DOOR, field, value) == 0 then return false end
  redis.call('HINCRBY', META, counter, 1)
  expire_at(DOOR, deadline)
  return true
end
