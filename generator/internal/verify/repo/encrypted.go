package repo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// errEncrypted says that SOPS encrypted a document whole, so that nobody sees what it is.
var errEncrypted = errors.New("SOPS encrypted the document whole, its kind and name too")

// errHidden says that SOPS encrypted values that are more than data.
var errHidden = errors.New("SOPS encrypted values of the object")

// cipher is how each value begins that SOPS encrypted.
const cipher = "ENC["

// sops is the key of the metadata of SOPS.
const sops = `"sops":`

// opened is a document as it is after its decryption, as far as that is known: without the
// metadata of SOPS, and with null where a value is encrypted. The keys stay, which SOPS leaves readable.
// It is nil for a document that SOPS did not encrypt.
func opened(text []byte) (plain []byte, hidden bool) {
	var fields map[string]any
	if !bytes.Contains(text, []byte(sops)) || json.Unmarshal(text, &fields) != nil {
		return nil, false
	}
	metadata, _ := fields["sops"].(map[string]any)
	if _, signed := metadata["mac"]; !signed {
		return nil, false
	}
	delete(fields, "sops")
	for key, value := range fields {
		blank, encrypted := blanked(value)
		fields[key] = blank
		hidden = hidden || encrypted && key != "data" && key != "stringData" && key != "binaryData"
	}
	plain, err := json.Marshal(fields)
	if err != nil {
		return nil, false
	}
	return plain, hidden
}

// blanked is a value with null where it is encrypted, and whether it is anywhere.
func blanked(value any) (blank any, encrypted bool) {
	switch v := value.(type) {
	case string:
		if encrypted = strings.HasPrefix(v, cipher); encrypted {
			return nil, true
		}
	case map[string]any:
		for key, item := range v {
			inner, also := blanked(item)
			v[key], encrypted = inner, encrypted || also
		}
	case []any:
		for i, item := range v {
			inner, also := blanked(item)
			v[i], encrypted = inner, encrypted || also
		}
	}
	return value, encrypted
}

// open replaces what is encrypted in an object. It is an error when its kind or name is.
func (o *Object) open() error {
	plain, hidden := opened(o.JSON)
	if plain == nil {
		return nil
	}
	for _, word := range []string{o.APIVersion, o.Kind, o.Name, o.Namespace} {
		if strings.HasPrefix(word, cipher) {
			return errEncrypted
		}
	}
	o.JSON, o.Encrypted = plain, true
	if hidden {
		o.Malformed = fmt.Errorf("%s: %w", o, errHidden)
	}
	return nil
}
