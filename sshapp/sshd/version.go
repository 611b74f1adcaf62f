package sshd

// versionScanner finds the first byte behind the client's version line, which is
// the line that begins with "SSH-". Other lines may come before it (RFC 4253,
// section 4.2).
type versionScanner struct {
	column, matched int
	version, over   bool
}

// scan reports whether such a byte is in p or came before.
func (s *versionScanner) scan(p []byte) bool {
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
