package sshapp

// memoryClass is a kind of memory that a session takes.
type memoryClass uint8

const (
	readers memoryClass = iota // lines that wait for the client, and what is known of those it has
	inputs                     // bytes of the client that nobody has read yet
	screens                    // what its terminal shows
	memoryClasses
)

// holds tells the governor how many bytes of a class the session takes by now.
func (t *terminal) holds(c memoryClass, bytes int64) { t.held[c].Store(bytes) }
