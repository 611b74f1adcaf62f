// Package sshapp is the SSH face of wick: an [App] accepts connections and
// gives every session its screens, or its lines.
//
// What comes from the network passes, in this order: the guarded listener,
// which holds the caps (listener.go); the guard around each connection, which
// holds every limit in time (guard.go); the gate, which lets through the few
// kinds of requests that wick has a use for (gate.go); and, for what a person
// types, the sanitizing input (input.go). The SSH username is read by
// ParseAddress, and session.go runs a Bubble Tea program whose frames a
// painter writes; or else plain.go writes lines, for who has no screen, or
// exec.go runs the command of a script. Whatever panics ends its session
// only.
package sshapp
