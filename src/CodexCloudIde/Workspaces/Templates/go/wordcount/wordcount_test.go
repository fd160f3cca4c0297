package wordcount

import (
	"reflect"
	"testing"
)

func TestCount(t *testing.T) {
	cases := map[string]map[string]int{
		"The cat saw the dog": {"the": 2, "cat": 1, "saw": 1, "dog": 1},
		"... --- !":           {},
		"don't":               {"don't": 1},
	}
	for text, want := range cases {
		t.Run(text, func(t *testing.T) {
			if got := Count(text); !reflect.DeepEqual(got, want) {
				t.Errorf("Count(%q) = %v, want %v", text, got, want)
			}
		})
	}
}

func TestMostCommonBreaksTiesByName(t *testing.T) {
	want := []Entry{{"a", 2}, {"b", 2}}
	if got := MostCommon("b a c a b", 2); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
