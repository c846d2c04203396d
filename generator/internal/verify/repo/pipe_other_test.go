//go:build !unix

package repo

import "errors"

func pipe(string) error { return errors.ErrUnsupported }
