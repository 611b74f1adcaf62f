package main

import (
	"reflect"

	"github.com/alecthomas/kong"
)

// decodePath makes the path of a flag absolute, for tags of type:"path". The one of kong
// takes an empty path, as of a variable that is set to nothing, for the current folder.
func decodePath(ctx *kong.DecodeContext, target reflect.Value) error {
	var path string
	if err := ctx.Scan.PopValueInto("file", &path); err != nil {
		return err
	}
	if path != "" {
		path = kong.ExpandPath(path)
	}
	if target.Kind() == reflect.Pointer {
		target.Set(reflect.ValueOf(&path))
	} else {
		target.SetString(path)
	}
	return nil
}
