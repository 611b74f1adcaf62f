package sshtest

import (
	"runtime"
	"testing"
)

// Bystander uses a server that is attacked.
type Bystander struct {
	Addr  string             // of the server
	Talk  func()             // uses the server until Stop is called
	Stop  func(t *testing.T) // also waits until the server has nobody but the bystander
	Check func(t *testing.T) // that the server still works
}

// AttackAll runs all attacks, each on a server of its own that begin starts. Those that
// mostly wait run side by side. Nothing is left of them afterwards.
func AttackAll(t *testing.T, begin func(t *testing.T) Bystander) {
	var others []int
	for i, h := range hostileClients {
		if h.busy {
			t.Run(h.name, func(t *testing.T) { attack(t, begin, i) })
		} else {
			others = append(others, i)
		}
	}
	t.Run("side by side", func(t *testing.T) { attack(t, begin, others...) })
}

// attack runs some of the attacks side by side.
func attack(t *testing.T, begin func(t *testing.T) Bystander, which ...int) {
	var all []Bystander
	for range which {
		all = append(all, begin(t))
	}
	before := runtime.NumGoroutine()
	for _, b := range all {
		b.Talk()
	}
	t.Run("attack", func(t *testing.T) {
		for i, n := range which {
			t.Run(hostileClients[n].name, func(t *testing.T) {
				if len(which) > 1 {
					t.Parallel()
				}
				hostileClients[n].attack(t, all[i].Addr)
			})
		}
	})
	for _, b := range all {
		b.Stop(t)
	}
	GoroutinesReturn(t, before)
	for _, b := range all {
		b.Check(t)
	}
}
