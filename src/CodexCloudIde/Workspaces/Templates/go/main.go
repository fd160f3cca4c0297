package main

import (
	"fmt"
	"os"

	"example.com/wordcount/wordcount"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: wordcount FILE")
		os.Exit(2)
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, entry := range wordcount.MostCommon(string(text), 10) {
		fmt.Printf("%6d %s\n", entry.Count, entry.Word)
	}
}
