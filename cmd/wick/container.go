package main

import (
	"os"
	"slices"
)

// containerMarks are files that engines put into their containers: Docker, and Podman
// unless the root file system is read-only.
var containerMarks = []string{"/.dockerenv", "/run/.containerenv"}

// contained reports whether the process runs in a container. Its private addresses are
// then, as a rule, those of the engine's own network.
func contained() bool {
	// Kubernetes; Podman and others by systemd's container interface.
	if os.Getenv("KUBERNETES_SERVICE_HOST") != "" || os.Getenv("container") != "" {
		return true
	}
	return slices.ContainsFunc(containerMarks, func(mark string) bool {
		_, err := os.Stat(mark)
		return err == nil
	})
}
