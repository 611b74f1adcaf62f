package sshapp

// greeting finds the first byte beyond the client's version line, which is the
// line that begins with SSH- (RFC 4253, section 4.2).
type greeting struct {
	column, matched int
	version, over   bool
}

// scan tells whether such a byte is in p or came before.
func (s *greeting) scan(p []byte) bool {
	const prefix = "SSH-"
	for _, c := range p {
		switch {
		case s.version:
			s.over = true
			return true
		case c == '\n':
			s.version = s.matched == len(prefix)
			s.column, s.matched = 0, 0
		default:
			if s.column == s.matched && s.matched < len(prefix) && c == prefix[s.matched] {
				s.matched++
			}
			s.column++
		}
	}
	return s.over
}
