package sshd

import (
	"net"
	"testing"
)

func TestAcceptReturnsTheErrorsOfTheListener(t *testing.T) {
	full := &temporary{}
	cfg := Config{}
	l := limitedListener{Listener: failing{err: full}, tracker: newTracker(cfg.withDefaults())}
	if _, err := l.Accept(); err != full {
		t.Errorf("%v", err)
	}
}

type temporary struct{ net.OpError }

func (*temporary) Temporary() bool { return true }

type failing struct {
	net.Listener
	err error
}

func (f failing) Accept() (net.Conn, error) { return nil, f.err }
