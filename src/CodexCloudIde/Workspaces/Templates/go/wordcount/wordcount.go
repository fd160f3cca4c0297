// Package wordcount counts the words of a text.
package wordcount

import (
	"sort"
	"strings"
	"unicode"
)

// Entry is a word with how often it occurs.
type Entry struct {
	Word  string
	Count int
}

// Count says how often each word occurs, whatever its case.
func Count(text string) map[string]int {
	counts := make(map[string]int)
	for _, field := range strings.FieldsFunc(text, separates) {
		if word := strings.Trim(field, "'"); word != "" {
			counts[strings.ToLower(word)]++
		}
	}
	return counts
}

// MostCommon lists the most frequent words, ties in alphabetical order.
func MostCommon(text string, limit int) []Entry {
	entries := []Entry{}
	for word, count := range Count(text) {
		entries = append(entries, Entry{word, count})
	}
	sort.Slice(entries, func(i, j int) bool {
		if entries[i].Count != entries[j].Count {
			return entries[i].Count > entries[j].Count
		}
		return entries[i].Word < entries[j].Word
	})
	if len(entries) > limit {
		entries = entries[:limit]
	}
	return entries
}

func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
}
