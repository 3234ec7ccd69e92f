package random

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/bcrypt"
)

const (
	uppers   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lowers   = "abcdefghijklmnopqrstuvwxyz"
	digits   = "0123456789"
	specials = "!@#$%&*()-_=+[]{}<>:?"
)

var textArguments = []resource.PropertyKey{
	"keepers", "length", "lower", "minLower", "minNumeric", "minSpecial", "minUpper", "number", "numeric",
	"overrideSpecial", "special", "upper",
}

var textDefaults = resource.PropertyMap{
	"lower": yes, "upper": yes, "special": yes, "numeric": yes, "number": yes,
	"minLower": none, "minUpper": none, "minNumeric": none, "minSpecial": none,
}

var yes, none = resource.NewBoolProperty(true), resource.NewNumberProperty(0)

var stringKind = kind{
	arguments: textArguments,
	defaults:  textDefaults,
	outputs:   []resource.PropertyKey{"result"},
	check:     checkText,
	create: func(given resource.PropertyMap) (string, resource.PropertyMap, error) {
		result, err := compose(given)
		return result, texts(map[resource.PropertyKey]string{"result": result}), err
	},
	adopt: func(id string) (string, resource.PropertyMap, error) { return id, adoptText(id), nil },
}

var passwordKind = kind{
	arguments: textArguments,
	defaults:  textDefaults,
	outputs:   []resource.PropertyKey{"bcryptHash", "result"},
	secrets:   []resource.PropertyKey{"bcryptHash", "result"},
	check:     checkText,
	create: func(given resource.PropertyMap) (string, resource.PropertyMap, error) {
		result, err := compose(given)
		if err != nil {
			return "", nil, err
		}
		hash, err := hashOf(result)
		// Ids are not secret, so a password's is not the password.
		return "none", texts(map[resource.PropertyKey]string{"result": result, "bcryptHash": hash}), err
	},
	adopt: func(id string) (string, resource.PropertyMap, error) {
		state := adoptText(id)
		hash, err := hashOf(id)
		state["bcryptHash"] = resource.NewStringProperty(hash)
		return "none", state, err
	},
}

func adoptText(text string) resource.PropertyMap {
	state := textDefaults.Copy()
	state["result"] = resource.NewStringProperty(text)
	state["length"] = resource.NewNumberProperty(float64(len(text)))
	return state
}

// class is a set of characters and how many of it there must be.
type class struct {
	characters string
	wanted     bool
	least      int
}

func classes(given resource.PropertyMap) []class {
	special := specials
	if own := words(given["overrideSpecial"]); own != "" {
		special = own
	}
	isNumeric := given["numeric"].BoolValue() && given["number"].BoolValue()
	return []class{
		{uppers, given["upper"].BoolValue(), int(given["minUpper"].NumberValue())},
		{lowers, given["lower"].BoolValue(), int(given["minLower"].NumberValue())},
		{digits, isNumeric, int(given["minNumeric"].NumberValue())},
		{special, given["special"].BoolValue(), int(given["minSpecial"].NumberValue())},
	}
}

func checkText(given resource.PropertyMap) error {
	if err := needsCount("length")(given); err != nil {
		return err
	}
	least, any := 0, false
	for _, each := range classes(given) {
		least, any = least+each.least, any || each.wanted
	}
	if length := int(given["length"].NumberValue()); length < least {
		return fmt.Errorf("length (%d) must be at least the sum of minUpper, minLower, minNumeric and minSpecial (%d)",
			length, least)
	}
	if !any {
		return errors.New("at least one of upper, lower, numeric and special must be true")
	}
	return nil
}

// compose draws the least of each class, fills up from all wanted classes, and shuffles.
func compose(given resource.PropertyMap) (string, error) {
	if err := checkText(given); err != nil {
		return "", err
	}
	var drawn []rune
	all := ""
	for _, each := range classes(given) {
		if each.wanted {
			all += each.characters
		}
		drawn = append(drawn, pick(each.characters, each.least)...)
	}
	drawn = append(drawn, pick(all, int(given["length"].NumberValue())-len(drawn))...)
	for i := len(drawn) - 1; i > 0; i-- {
		j := below(i + 1)
		drawn[i], drawn[j] = drawn[j], drawn[i]
	}
	return string(drawn), nil
}

func pick(characters string, count int) []rune {
	from := []rune(characters)
	picked := make([]rune, count)
	for i := range picked {
		picked[i] = from[below(len(from))]
	}
	return picked
}

// below draws a number from 0 up to and without limit.
func below(limit int) int {
	drawn, err := rand.Int(rand.Reader, big.NewInt(int64(limit)))
	if err != nil {
		panic(err) // the system has no randomness
	}
	return int(drawn.Int64())
}

// hashOf gives the bcrypt hash; bcrypt looks at 72 bytes and no more.
func hashOf(password string) (string, error) {
	raw := []byte(password)
	hash, err := bcrypt.GenerateFromPassword(raw[:min(len(raw), 72)], bcrypt.DefaultCost)
	return string(hash), err
}
