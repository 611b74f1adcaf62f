package sshd

// Apart runs f on a goroutine of its own, and waits for it. It is for what needs much of
// the stack, on a goroutine that waits as long as its session lasts: a stack that has grown
// takes several garbage collections to shrink, and stays larger than it was. A panic of f
// goes on in the caller.
func Apart(f func()) {
	ended := make(chan struct{})
	var failed *panicApart
	go func() {
		defer close(ended)
		defer func() {
			if r := recover(); r != nil {
				failed = &panicApart{r, callers()}
			}
		}()
		f()
	}()
	<-ended
	if failed != nil {
		panic(failed)
	}
}

// panicApart is the panic of a function that ran apart.
type panicApart struct {
	value any
	in    []string // see callers
}
