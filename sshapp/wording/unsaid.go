package wording

import "fmt"

// TakenBack tells the sender that a message was taken back.
const TakenBack = "Taken back here and in the history. Others may have read it, and plain lines and scripts keep what they printed."

// FewerYours says that somebody has only n messages left to take back.
func FewerYours(n int) string {
	return fmt.Sprintf("Only %s of yours can be taken back here.", Count(uint64(n), "message"))
}
