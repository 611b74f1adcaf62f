package rooms

import "context"

// act runs a verb of the member: whatever it has the store publish or keep for
// others. The verbs of a member share one limiter, which answers ErrTooFast, as do
// those of a person and of a network, see pace; and each verb has opLimit to be done.
// What is refused without the store costs nothing.
//
// Post and Reveal call allow themselves, as they may ask the store again. Destroy
// and Leave are not limited: who wants to wipe a room or to go can always do so.
// Typing is rarer than the limiter allows, and is dropped rather than refused.
func (m *Member) act(ctx context.Context, do func(ctx context.Context, ref Ref, by Seat) error) error {
	ref, by := m.live.place(m)
	if !m.allow() || !m.live.hub.pace.act(by) {
		return m.live.hub.refused(ErrTooFast)
	}
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	return m.live.told(do(ctx, ref, by))
}

// allow counts one more message or other act of the member, and reports whether
// that is within HubConfig.Rate and Burst.
func (m *Member) allow() bool { return m.limit.Allow() }
