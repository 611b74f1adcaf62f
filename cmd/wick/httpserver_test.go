package main

import (
	"bufio"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
)

// countingListener counts the connections that are open, and their most.
type countingListener struct {
	net.Listener
	open, most atomic.Int64
}

func (l *countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.most.Store(max(l.most.Load(), l.open.Add(1))) // only one goroutine accepts
	}
	return countedConn{conn, l}, err
}

type countedConn struct {
	net.Conn
	listener *countingListener
}

func (c countedConn) Close() error {
	c.listener.open.Add(-1)
	return c.Conn.Close()
}

// Connections that stay open would take the files that guests need.
func TestMonitoringHasFewConnections(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := &countingListener{Listener: inner}
	t.Cleanup(newHTTPServer(newMetrics(), nil, false).serve(ln))
	conns := make([]net.Conn, 2*httpMaxConns)
	for i := range conns {
		if conns[i], err = net.Dial("tcp", inner.Addr().String()); err != nil {
			t.Fatal(err)
		}
		defer conns[i].Close()
		if _, err := conns[i].Write([]byte("GET /healthz HTTP/1.1\r\nHost: wick\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	for i, conn := range conns { // the rest wait until others close
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusServiceUnavailable {
			t.Fatalf("connection %d: %v, %v", i, resp, err)
		}
		if i >= httpMaxConns/2 {
			conns[i-httpMaxConns/2].Close()
		}
	}
	if most := ln.most.Load(); most != httpMaxConns {
		t.Errorf("%d connections at once, want %d", most, httpMaxConns)
	}
}
