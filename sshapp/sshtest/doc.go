// Package sshtest has SSH clients for tests: some that behave, some that attack the
// server, and the waits and measurements that tests of a server need. It knows nothing
// of the server but its address.
package sshtest
