package rooms

import "sync"

// newsHook calls a function for the news of a member. It is safe for concurrent use. Its
// mutex is the innermost: whoever is woken asks for the room, whose own is wanted then.
type newsHook struct {
	mu      sync.Mutex
	call    func() // see OnNews; nil: none
	calling bool   // a goroutine calls it
}

// News receives a value whenever State or Since may have changed other than by the
// passing of time; for messages, unless the member's guest is WriteOnly. Several
// changes may be one value.
func (m *Member) News() <-chan struct{} { return m.news }

// OnNews has f called instead, on a goroutine of its own and one call at a time. So a
// session that only waits for news needs no goroutine. Several changes may be one call; f
// must not panic. Nil ends that, but for a call under way, and News receives again.
func (m *Member) OnNews(f func()) {
	m.hook.mu.Lock()
	m.hook.call = f
	m.hook.mu.Unlock()
	if len(m.news) > 0 {
		m.passNews()
	}
}

// wake tells the member that there is news.
func (m *Member) wake() {
	signal(m.news)
	m.passNews()
}

// passNews starts a goroutine that passes the news on, unless one is running. It ends when
// there is none left.
func (m *Member) passNews() {
	h := &m.hook
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.call == nil || h.calling {
		return
	}
	h.calling = true
	go func() {
		for f := m.nextCall(); f != nil; f = m.nextCall() {
			f()
		}
	}()
}

// nextCall returns what to call for news, or nil if there is none.
func (m *Member) nextCall() func() {
	h := &m.hook
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.call != nil {
		select {
		case <-m.news:
			return h.call
		default:
		}
	}
	h.calling = false
	return nil
}
