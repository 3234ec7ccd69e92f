package compare

import (
	"fmt"
	"strings"
)

// path leads from an object's root to one of its fields; a step is a key or, as an int, an element's position.
type path []any

func (p path) child(key string) path { return append(p[:len(p):len(p)], key) }

func (p path) element(i int) path { return append(p[:len(p):len(p)], i) }

// String gives the path in Pulumi's spelling: `metadata.annotations["a.b/c"]`, `spec.ports[0].port`.
func (p path) String() string {
	var text strings.Builder
	for _, step := range p {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&text, "[%d]", step)
		case string:
			switch {
			case strings.ContainsAny(step, `."[]`):
				fmt.Fprintf(&text, `["%s"]`, strings.ReplaceAll(step, `"`, `\"`))
			case text.Len() > 0:
				text.WriteString("." + step)
			default:
				text.WriteString(step)
			}
		}
	}
	return text.String()
}

// anyElement in a rule stands for every element of a list.
const anyElement = -1

// rule is a replace path, with anyElement for `[*]`.
type rule path

func parseRules(texts []string) []rule {
	rules := make([]rule, 0, len(texts))
	for _, text := range texts {
		var parsed rule
		for _, step := range strings.Split(text, ".") {
			key, list := strings.CutSuffix(step, "[*]")
			parsed = append(parsed, key)
			if list {
				parsed = append(parsed, anyElement)
			}
		}
		rules = append(rules, parsed)
	}
	return rules
}

// meets tells whether a change at a path, to a value, touches the rule's field: the change lies at or under the
// field, or the value that came new holds the field.
func (r rule) meets(here path, wanted any) bool {
	for i := range min(len(r), len(here)) {
		if !stepsMeet(r[i], here[i]) {
			return false
		}
	}
	return len(here) >= len(r) || holds(wanted, r[len(here):])
}

func stepsMeet(ruled, taken any) bool {
	if ruled == anyElement {
		_, isElement := taken.(int)
		return isElement
	}
	return ruled == taken
}

func holds(value any, rest rule) bool {
	if len(rest) == 0 {
		return true
	}
	switch value := value.(type) {
	case map[string]any:
		key, isKey := rest[0].(string)
		inner, has := value[key]
		return isKey && has && holds(inner, rest[1:])
	case []any:
		for _, inner := range value {
			if rest[0] == anyElement && holds(inner, rest[1:]) {
				return true
			}
		}
	}
	return false
}
