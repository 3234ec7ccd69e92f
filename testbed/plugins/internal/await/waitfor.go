package await

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/theory/jsonpath"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"hubstack/testbed/plugins/internal/object"
)

// expressions are what the annotation pulumi.com/waitFor asks for: all must hold at once.
type expressions []expression

// expression tells whether it holds for an object and, where it does not, what is waited for.
type expression interface {
	holds(target *object.Object) (bool, string)
}

func (expressions) related() []schema.GroupVersionResource { return nil }

func (e expressions) judge(now state) verdict {
	for _, each := range e {
		if holds, waiting := each.holds(now.object); !holds {
			return verdict{waiting: waiting, problems: []string{waiting}}
		}
	}
	return verdict{ready: true}
}

// parseWaitFor reads the annotation: one expression, or a JSON list of them. An expression is `condition=Type`,
// `condition=Type=Status`, `jsonpath={.path}` or `jsonpath={.path}=value`.
func parseWaitFor(annotation string) (expressions, error) {
	texts := []string{}
	if err := json.Unmarshal([]byte(annotation), &texts); err != nil {
		texts = []string{annotation}
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("at least one condition must be specified")
	}
	var all expressions
	for _, text := range texts {
		parsed, err := parseExpression(text)
		if err != nil {
			return nil, err
		}
		all = append(all, parsed)
	}
	return all, nil
}

func parseExpression(text string) (expression, error) {
	if wanted, is := strings.CutPrefix(text, "condition="); is {
		kind, status, given := strings.Cut(wanted, "=")
		if !given {
			status = "True"
		}
		return hasCondition{kind, status}, nil
	}
	if wanted, is := strings.CutPrefix(text, "jsonpath="); is {
		return parsePath(wanted)
	}
	return nil, fmt.Errorf(`expected a "jsonpath=" or "condition=" prefix, got %q`, text)
}

// hasCondition holds where a status condition has a status, seen for the newest generation.
type hasCondition struct{ kind, status string }

func (h hasCondition) holds(target *object.Object) (bool, string) {
	waiting := fmt.Sprintf("Waiting for condition %s=%s", h.kind, h.status)
	list, _, _ := unstructured.NestedSlice(target.Object, "status", "conditions")
	for _, each := range list {
		fields, _ := each.(map[string]any)
		if !strings.EqualFold(words(fields, "type"), h.kind) {
			continue
		}
		observed, there, _ := unstructured.NestedInt64(fields, "observedGeneration")
		if !there {
			observed, there = count(target, "status", "observedGeneration")
		}
		if there && observed < target.GetGeneration() {
			return false, waiting
		}
		found := words(fields, "status")
		return strings.EqualFold(found, h.status), fmt.Sprintf("%s (it is %s)", waiting, found)
	}
	return false, waiting
}

// hasPath holds where a path leads to something or, with a value, to that value.
type hasPath struct {
	text, value string
	path        *jsonpath.Path
}

var braces = regexp.MustCompile(`\{\s*(.*?)\s*\}`)

func parsePath(text string) (expression, error) {
	// `==` belongs to a filter inside the path; a single `=` begins the value.
	const filter = "\x00"
	path, value, given := strings.Cut(strings.ReplaceAll(text, "==", filter), "=")
	path, value = strings.ReplaceAll(path, filter, "=="), strings.ReplaceAll(value, filter, "==")
	inside := braces.FindStringSubmatch(path)
	switch {
	case strings.Contains(strings.ReplaceAll(value, "==", ""), "="):
		return nil, fmt.Errorf("format should be {.path}=value or {.path}, got %q", text)
	case given && value == "":
		return nil, fmt.Errorf("%s= requires a value", path)
	case strings.HasPrefix(path, "'") && strings.HasSuffix(path, "'"):
		return nil, fmt.Errorf("%s should omit shell quotes", path)
	case inside == nil:
		return nil, fmt.Errorf("%s should be wrapped in brackets { ... }", path)
	}
	rooted := inside[1]
	if !strings.HasPrefix(rooted, "$") {
		rooted = "$" + rooted
	}
	parsed, err := jsonpath.Parse(rooted)
	if err != nil {
		return nil, fmt.Errorf("the path %q cannot be read: %w", path, err)
	}
	return hasPath{text: text, value: value, path: parsed}, nil
}

func (h hasPath) holds(target *object.Object) (bool, string) {
	waiting := "Waiting for " + h.text
	if observed, there := count(target, "status", "observedGeneration"); there && observed < target.GetGeneration() {
		return false, waiting
	}
	for found := range h.path.Select(target.Object).All() {
		switch found.(type) {
		case map[string]any, []any:
			return h.value == "", waiting
		}
		shown := fmt.Sprint(found)
		return h.value == "" || shown == h.value, fmt.Sprintf("%s (it is %q)", waiting, shown)
	}
	return false, waiting
}
