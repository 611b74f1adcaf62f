// Package sshapp is the SSH face of wick: an [App] accepts connections and
// gives every session its screens, or its lines.
//
// Package sshd is the server: it bounds what clients take, and calls the App for
// each session. ParseAddress reads the SSH username. Then session.go runs the
// screens of package ui; plain.go writes lines, for a terminal that cannot show a
// screen; or exec.go runs the command of a script. A panic ends only its own
// session.
package sshapp
