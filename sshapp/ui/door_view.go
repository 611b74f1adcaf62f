package ui

import (
	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

func (d *door) frame(width, height int) painter.Frame {
	t := d.env.Theme
	f := form{width: min(formWidth, width), y: -1}
	f.text(t.strong, d.name.String()+" is locked.")
	f.rows = append(f.rows, "")
	f.text(t.plain, "You are "+wording.Introduced(d.seat)+", and you are knocking.")
	f.text(t.plain, "Those inside see that. They let you in, or turn you away.")
	f.rows = append(f.rows, "")
	f.text(t.dim, "waiting…   Ctrl-C leaves")
	return f.frame(width, height, d.name.String()+" · wick")
}
