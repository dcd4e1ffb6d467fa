// Command note lets two Go libraries that we did not write judge signed notes, and make some.
//
//	note open VKEY...        reads a note from stdin, verifies it, and says whose signatures it found
//	note sign SKEY           reads a text from stdin and writes a note
//	note cosign SKEY VKEY    reads a note of the log VKEY from stdin and writes it with a cosignature
//	note generate NAME       makes a key pair
//
// Answers are JSON or a note on stdout. A refusal is one line on stderr and exit status 1.
package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	cosignature "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) > 1 && args[0] == "open":
		return open(args[1:])
	case len(args) == 2 && args[0] == "sign":
		return sign(args[1])
	case len(args) == 3 && args[0] == "cosign":
		return cosign(args[1], args[2])
	case len(args) == 2 && args[0] == "generate":
		return generate(args[1])
	}
	return errors.New("usage: note open VKEY... | sign SKEY | cosign SKEY VKEY | generate NAME")
}

func open(vkeys []string) error {
	verifiers := make([]note.Verifier, 0, len(vkeys))
	for _, vkey := range vkeys {
		verifier, err := verifierOf(vkey)
		if err != nil {
			return err
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := readNote(verifiers...)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"text":       opened.Text,
		"verified":   named(opened.Sigs),
		"unverified": named(opened.UnverifiedSigs),
	})
}

// verifierOf prefers sumdb/note; it knows no cosignatures, and only those go to the other library.
func verifierOf(vkey string) (note.Verifier, error) {
	if verifier, err := note.NewVerifier(vkey); err == nil {
		return verifier, nil
	}
	return cosignature.NewVerifierForCosignatureV1(vkey)
}

func sign(skey string) error {
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	return writeNote(&note.Note{Text: string(text)}, signer)
}

func cosign(skey, logVkey string) error {
	signer, err := cosignature.NewSignerForCosignatureV1(skey)
	if err != nil {
		return err
	}
	log, err := note.NewVerifier(logVkey)
	if err != nil {
		return err
	}
	opened, err := readNote(log)
	if err != nil {
		return err
	}
	return writeNote(opened, signer)
}

func generate(name string) error {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return err
	}
	cosigner, err := cosignature.VKeyToCosignatureV1(vkey)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]string{"skey": skey, "vkey": vkey, "cosigner": cosigner})
}

func readNote(verifiers ...note.Verifier) (*note.Note, error) {
	bytes, err := io.ReadAll(os.Stdin)
	if err != nil {
		return nil, err
	}
	return note.Open(bytes, note.VerifierList(verifiers...))
}

func writeNote(opened *note.Note, signer note.Signer) error {
	signed, err := note.Sign(opened, signer)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(signed)
	return err
}

func named(signatures []note.Signature) []string {
	names := make([]string, 0, len(signatures))
	for _, signature := range signatures {
		names = append(names, signature.Name)
	}
	return names
}
