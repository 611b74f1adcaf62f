package painter

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// What is drawn on the goroutine that paints is painted in one write, in turn with what
// others show.
func TestWhatADoneFunctionShowsIsPainted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &writeLog{start: time.Now()}
		p := New(log, func() { t.Error("stuck") }, Config{})
		defer p.Close(false, "")
		for i := range 20 {
			did := p.Do(func() {
				p.Show(numbered(2 * i))
				p.Show(numbered(2*i + 1))
				p.Tick() // paints nothing by itself
				if p.Do(func() { t.Error("done while it paints") }) {
					t.Error("Do accepts a function while it paints")
				}
			})
			if !did {
				t.Fatal("an idle painter refuses")
			}
			if i%5 == 4 {
				time.Sleep(2 * lingerTime)
			}
			synctest.Wait()
			if writes, _ := log.take(); len(writes) != 1 || numberOf(writes[0]) != 2*i+1 {
				t.Errorf("wrote %q, want frame %d", writes, 2*i+1)
			}
		}
	})
}

func TestNothingIsDoneWhileTheTerminalBlocksOrAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		var err error
		p := New(writerFunc(func(b []byte) (int, error) {
			<-free
			return len(b), err
		}), func() { t.Error("stuck") }, Config{})
		refused := func(when string) {
			t.Helper()
			if p.Do(func() { t.Errorf("done %s", when) }) {
				t.Errorf("accepted %s", when)
			}
		}
		p.Show(numbered(1))
		synctest.Wait()
		refused("while the terminal blocks")
		free <- struct{}{}
		synctest.Wait()
		err = errors.New("broken")
		p.Show(numbered(2))
		free <- struct{}{}
		synctest.Wait()
		refused("after a write failed")
		p.Close(false, "")
		refused("after the end")
	})
}
