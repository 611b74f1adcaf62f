package rooms

// News receives a value whenever State or Since may have changed other than by the
// passing of time; for messages, unless the member's guest is WriteOnly. Several
// changes may be one value.
func (m *Member) News() <-chan struct{} { return m.news }

// OnNews has f called too whenever News receives, and now if a value waits there: so a
// session that only waits for news needs no goroutine. The caller may hold the room's
// lock, so f must not block, nor call the member. Nil ends that, but for a call under way.
func (m *Member) OnNews(f func()) {
	if f == nil {
		m.hook.Store(nil)
		return
	}
	m.hook.Store(&f)
	if len(m.news) > 0 {
		f()
	}
}

// wake tells the member that there is news.
func (m *Member) wake() {
	signal(m.news)
	if f := m.hook.Load(); f != nil {
		(*f)()
	}
}
