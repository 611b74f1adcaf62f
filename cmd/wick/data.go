package main

import (
	"errors"
	"os"
	"path/filepath"
)

// dataFlags say where the host key and the secret are.
type dataFlags struct {
	DataDir string `placeholder:"DIR" type:"path" help:"Where the host key and the secret live; else a wick folder under the user's state folder."`
}

// dir is the data folder.
func (f dataFlags) dir() (string, error) {
	if f.DataDir != "" {
		return f.DataDir, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "wick"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.New("there is no home folder to keep the host key in: name one with --data-dir")
	}
	return filepath.Join(home, ".local", "state", "wick"), nil
}
