// Package sshapp is the SSH face of wick: an [App] accepts connections and
// gives every session its screens, or its lines.
//
// Package sshd is the server: it bounds what clients take, and calls App for
// each session. ParseAddress reads the SSH username. Then session.go runs a
// Bubble Tea program whose frames a painter writes; plain.go writes lines, for
// a terminal that cannot show a screen; or exec.go runs the command of a
// script. A panic ends its session only.
package sshapp
