package redistest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
)

// endOfRecording is echoed by the server to mark the end of the recording.
const endOfRecording = "end of recording"

// Monitor records every command that the server executes, including those of
// scripts, until stop is called. stop returns one line for each.
func (s *Server) Monitor() (stop func() string) {
	s.t.Helper()
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, "MONITOR\r\n"); err != nil {
		s.t.Fatal(err)
	}
	r := bufio.NewReader(c)
	line, err := r.ReadString('\n')
	if err == nil && line != "+OK\r\n" {
		err = fmt.Errorf("the server replied %q", line)
	}
	if err != nil {
		s.t.Fatalf("MONITOR: %v", err)
	}
	return func() string {
		s.t.Helper()
		if err := s.Client().Echo(s.t.Context(), endOfRecording).Err(); err != nil {
			s.t.Fatal(err)
		}
		var all strings.Builder
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				s.t.Fatalf("MONITOR: %v", err)
			}
			all.WriteString(line)
			if strings.Contains(line, endOfRecording) {
				return all.String()
			}
		}
	}
}
