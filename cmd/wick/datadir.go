package main

import (
	"errors"
	"os"
	"path/filepath"
)

// dataFlags is the flag for the data folder.
type dataFlags struct {
	DataDir string `placeholder:"DIR" type:"path" help:"Folder of the host key and the secret; by default wick in the user's state folder."`
}

// dir returns the data folder.
func (f dataFlags) dir() (string, error) {
	if f.DataDir != "" {
		return f.DataDir, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "wick"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.New("there is no home folder for the host key: name a folder with --data-dir")
	}
	return filepath.Join(home, ".local", "state", "wick"), nil
}
