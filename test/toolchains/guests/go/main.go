// The action of test/toolchains/guests/README.md, for GOOS=wasip1.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

type arguments struct {
	Ask    string `json:"ask"`
	Name   string `json:"name"`
	Text   string `json:"text"`
	Number int    `json:"number"`
	WaitMs int64  `json:"waitMs"`
}

var runs int

func answer(args arguments) (map[string]any, error) {
	runs++
	switch args.Ask {
	case "result":
		return map[string]any{"greeting": "Hello, " + args.Name + "!"}, nil
	case "error":
		return map[string]any{"error": map[string]any{"reason": "asked for"}}, nil
	case "log":
		fmt.Println("first line on stdout")
		fmt.Println("zweite Zeile: grün, 你好, 🦀")
		fmt.Fprintln(os.Stderr, "a line on stderr")
		return map[string]any{"logged": true}, nil
	case "echo":
		return map[string]any{"text": args.Text, "bytes": len(args.Text)}, nil
	case "turn":
		if args.WaitMs > 0 {
			time.Sleep(time.Duration(args.WaitMs) * time.Millisecond)
		}
		return map[string]any{"number": args.Number, "runs": runs}, nil
	}
	return nil, fmt.Errorf("unknown: %s", args.Ask)
}

func run() error {
	// The program's argument, or all of stdin where the arguments are too long for one.
	input := []byte{}
	if len(os.Args) > 1 {
		input = []byte(os.Args[1])
	} else {
		all, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		input = all
	}
	var args arguments
	if err := json.Unmarshal(input, &args); err != nil {
		return err
	}
	result, err := answer(args)
	if err != nil {
		return err
	}
	// Ends with a line break: the result is the last line of stdout.
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(result)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
