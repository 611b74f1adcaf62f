package wording

// What people read who only heard of wick: what it is, how to get in, and who reads
// what they say there. The short ones are for small screens.
const (
	About      = "Chat rooms that burn out, with everything said in them."
	AboutShort = "Chat rooms that burn out and are gone."

	Readers      = "People in the room and the operator can read what you say."
	ReadersShort = "The room and the operator can read it."

	whoReads = "everybody in the room (for a /msg, only that person) and whoever runs this server, because SSH ends there. Nobody in between can."
)

// JoiningFrom says how to join a room from the lobby, by its name or by a command.
func JoiningFrom(command string) string {
	return "To join one, type its name, or " + command
}

// JoiningByName is JoiningFrom for screens that have no row for the command.
const JoiningByName = "To join one, type its name."

// OperatorsWords introduces what the operator of the server has to say.
const OperatorsWords = "The operator of this server says:"

// Introduction is what the command about prints, with the commands that light and join a
// room, ask what scripts can do, and ask for this.
func (st Storage) Introduction(light, join, help string) string {
	return "This is wick: chat rooms over SSH that burn out. When its time is up, a room and everything said in it are gone.\n" +
		"To light a room: " + light + "\n" +
		"To join one: " + join + "\n" +
		"From scripts: " + help + "\n" +
		"Who can read it: " + whoReads + "\n" +
		"In a room, /help lists what you can do, and /privacy says what is kept and what is not."
}
