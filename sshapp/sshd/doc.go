// Package sshd is an SSH server for strangers: every connection, request, byte and
// wait has a limit, so that a client costs the server a bounded amount and costs other
// clients nothing. It serves shells, commands and subsystems. It forwards nothing, and
// knows nothing of what its handler does.
//
//	server, err := sshd.New(hostKey, handler, sshd.Config{})
//	...
//	err = server.Serve(listener)
//
// # What a connection goes through
//
//	header      proxyproto.Conn    of a proxy in Config.ProxyFrom alone: HandshakeTimeout for its header
//	accept      limitedListener    refused, with a reason, beyond a limit or after failures
//	turn        pacer              at most 30 starts per second and processor; the first of a source at once
//	version     conn, connTimer    HandshakeTimeout until the first key exchange packet
//	keys, auth  x/crypto/ssh       LoginTimeout; MaxAuthTries; Config.Admit
//	channel     handleSession      MaxChannels, MaxRequests, MaxConnects; every type but "session" is rejected
//	requests    gatedChannel       MaxEnv; env, pty-req, shell, exec, subsystem, window-change and eow
//	session     Handler            IdleTimeout, MaxLifetime, KeepAliveInterval; then CloseTimeout
//
// The tracker knows all connections. It decides by source (an IPv4 address or an IPv6
// /64) who is admitted: by the penalties, the memory, the limits at once, and the quota of
// connections per minute, in this order.
//
// Whoever is refused or cut reads why in an SSH_MSG_DISCONNECT, unless too many are told
// so at once, or the client takes nothing. Sessions that are cut have a moment to give
// the terminal back. What one session asks for is refused, or waits; its connection,
// and the other sessions on it, are cut only if much is refused that is of no session
// (abuseFactor), if the client takes nothing from the network, or if memory is short.
//
// Under the SSH library, conn reads and writes the network. Read waits until the session
// has read enough of what came before (MaxUnread), and until the rates of the connection
// (ReadRate) and of its source (SourceReadRate) allow more. TCP makes the client wait
// meanwhile, so nothing is lost and little is buffered. Write closes a connection that
// takes nothing for WriteTimeout.
//
// What a person types passes inputReader: whole keys and pastes of valid UTF-8 that no
// parser of terminal input can misread, at most 200 events per second.
//
// # Goroutines
//
// No goroutine exists only to wait for a time: a connection has a timer, connTimer, and
// so has each of its channels, for LoginTimeout and CloseTimeout. The goroutines are:
//
//	accept loops            Server.Serve, one per listener; end with the listeners
//	header of a proxy       handleAnnounced, then connection; ends when HandshakeTimeout is over
//	governor                Server.Serve starts it, and stops and awaits it on return
//	connection              charmbracelet/ssh, one per connection; ends with the connection
//	mux and transport       x/crypto/ssh, a few per connection; end with the connection
//	beginning of a channel  handleSession and gatedChannel.filter, one each per session
//	                        channel; end with the channel, or when its shell or command has
//	                        begun
//	channel                 attend, one per session channel; ends when the channel is closed
//	                        and the handler has returned
//	standard error          Terminal.drainExtended, one per channel of a connection with much
//	                        unread input; ends with the client's input or the channel
//	handler                 charmbracelet/ssh, one per session; must return after the session's
//	                        context ends; the connection is cut CloseTimeout later
//	drain of a channel      Terminal.IgnoreInput; ends with the channel
//	farewell                conn.hangUp, one per connection that is cut; ends a second later
//	keep-alive              conn.askForLife, one at a time; ends with the reply or the connection
//	hooks                   OnResize and OnIdle, each call on its own; as long as the function runs
//
// A panic in any of them that runs the handler's or this package's code ends the session
// or the connection, and is logged by type and place; see Recover.
//
// Shutdown waits until no connection and no handler is left; whoever has not gone when
// its context ends is cut, which ends all of the above.
//
// # Locks
//
// Each type has its own mutex, which is not held during anything that can block. The
// order is tracker.mu, then conn.mu, then those of the quotas, penalties, throttles and
// counters, which take no other. connTimer has none: conn.mu guards it.
//
// # Memory
//
// Quotas, penalties and throttles each remember at most 16,384 sources (sourceMap). The
// SSH library buffers input within the windows of the channels; unreadCounter measures
// it from outside. The governor adds up what connections, sessions and the program hold.
// Near Config.MemoryBudget it cuts the connections that hold most, never a light one of
// a light source. If that does not free enough, nobody is admitted until it has.
package sshd
