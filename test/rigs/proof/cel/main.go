// Command reference answers expressions of CEL by cel-go: a line of JSON in, a line of text out. What the rules (17.1) have otherwise is
// put in here: doubles and integers mix, and doubles are written as JavaScript writes them.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

type question struct {
	Expression string              `json:"expression"`
	Event      string              `json:"event"`
	ID         string              `json:"id"`
	Resource   map[string]string   `json:"resource"`
	Related    []map[string]string `json:"related"`
	Payload    map[string]any      `json:"payload"`
	OccurredMs int64               `json:"occurredMs"`
	ReceivedMs int64               `json:"receivedMs"`
}

type operation func(left, right ref.Val) ref.Val

func mixed(name string, calculate operation) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"mixed", []*cel.Type{cel.DynType, cel.DynType}, cel.DynType,
		cel.BinaryBinding(func(left, right ref.Val) ref.Val {
			if left.Type() == types.DoubleType || right.Type() == types.DoubleType {
				left, right = asDouble(left), asDouble(right)
			}
			return calculate(left, right)
		})))
}

func asDouble(value ref.Val) ref.Val {
	switch number := value.(type) {
	case types.Int:
		return types.Double(number)
	case types.Uint:
		return types.Double(number)
	}
	return value
}

// asText is string(x). A double has its shortest digits, and an exponent where JavaScript gives it one.
func asText(value ref.Val) ref.Val {
	number, ok := value.(types.Double)
	if !ok {
		switch value.(type) {
		case types.Bool, types.Int, types.Uint, types.String, types.Bytes, types.Timestamp, types.Duration:
			return value.ConvertToType(types.StringType)
		}
		return types.MaybeNoSuchOverloadErr(value)
	}
	size := math.Abs(float64(number))
	if math.IsInf(float64(number), 0) || math.IsNaN(float64(number)) || size == 0 || (size >= 1e-6 && size < 1e21) {
		return types.String(strconv.FormatFloat(float64(number), 'f', -1, 64))
	}
	text := strconv.FormatFloat(float64(number), 'e', -1, 64)
	return types.String(strings.NewReplacer("e-0", "e-", "e+0", "e+").Replace(text))
}

func environment() (*cel.Env, error) {
	names := []string{"_+_", "_-_", "_*_", "_/_"}
	operators := []operation{
		func(left, right ref.Val) ref.Val {
			if adder, ok := left.(traits.Adder); ok {
				return adder.Add(right)
			}
			return types.MaybeNoSuchOverloadErr(left)
		},
		func(left, right ref.Val) ref.Val {
			if subtractor, ok := left.(traits.Subtractor); ok {
				return subtractor.Subtract(right)
			}
			return types.MaybeNoSuchOverloadErr(left)
		},
		func(left, right ref.Val) ref.Val {
			if multiplier, ok := left.(traits.Multiplier); ok {
				return multiplier.Multiply(right)
			}
			return types.MaybeNoSuchOverloadErr(left)
		},
		func(left, right ref.Val) ref.Val {
			if divider, ok := left.(traits.Divider); ok {
				return divider.Divide(right)
			}
			return types.MaybeNoSuchOverloadErr(left)
		},
	}
	subset := env.NewLibrarySubset()
	for _, name := range append([]string{"string"}, names...) {
		subset.AddExcludedFunctions(env.NewFunction(name))
	}
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(subset)),
		cel.Variable("event", cel.StringType),
		cel.Variable("id", cel.StringType),
		cel.Variable("resource", cel.MapType(cel.StringType, cel.StringType)),
		cel.Variable("related", cel.ListType(cel.MapType(cel.StringType, cel.StringType))),
		cel.Variable("payload", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("occurred", cel.TimestampType),
		cel.Variable("received", cel.TimestampType),
	}
	options = append(options, cel.Function("string",
		cel.Overload("any_to_string", []*cel.Type{cel.DynType}, cel.StringType, cel.UnaryBinding(asText))))
	for i, name := range names {
		options = append(options, mixed(name, operators[i]))
	}
	return cel.NewCustomEnv(options...)
}

// Types are not checked beforehand: an operator that gets the wrong ones fails when it gets them (17.1).
func answer(environment *cel.Env, asked question) string {
	tree, issues := environment.Parse(asked.Expression)
	if issues.Err() != nil {
		return "failed: " + oneLine(issues.Err())
	}
	program, err := environment.Program(tree)
	if err != nil {
		return "failed: " + oneLine(err)
	}
	value, _, err := program.Eval(map[string]any{
		"event":    asked.Event,
		"id":       asked.ID,
		"resource": asked.Resource,
		"related":  asked.Related,
		"payload":  asked.Payload,
		"occurred": time.UnixMilli(asked.OccurredMs).UTC(),
		"received": time.UnixMilli(asked.ReceivedMs).UTC(),
	})
	if err != nil {
		return "failed: " + oneLine(err)
	}
	return shown(value)
}

func oneLine(err error) string {
	return strings.ReplaceAll(err.Error(), "\n", " ")
}

// shown is a value as text that tells its type too; doubles by their bits.
func shown(value ref.Val) string {
	switch found := value.(type) {
	case types.Null:
		return "null"
	case types.Bool:
		return fmt.Sprint(bool(found))
	case types.Int:
		return fmt.Sprintf("%d", int64(found))
	case types.Uint:
		return fmt.Sprintf("%du", uint64(found))
	case types.Double:
		if math.IsNaN(float64(found)) {
			return "double(NaN)"
		}
		return fmt.Sprintf("double(%016x)", math.Float64bits(float64(found)))
	case types.String:
		return "text(" + hex.EncodeToString([]byte(found)) + ")"
	case types.Bytes:
		return "bytes(" + hex.EncodeToString(found) + ")"
	case types.Timestamp:
		return fmt.Sprintf("timestamp(%d.%09d)", found.Unix(), found.Nanosecond())
	case types.Duration:
		return fmt.Sprintf("duration(%d)", found.Nanoseconds())
	case *types.Type:
		return "type(" + found.TypeName() + ")"
	case traits.Mapper:
		entries := []string{}
		for keys := found.Iterator(); keys.HasNext() == types.True; {
			key := keys.Next()
			entries = append(entries, shown(key)+": "+shown(found.Get(key)))
		}
		sort.Strings(entries)
		return "{" + strings.Join(entries, ", ") + "}"
	case traits.Lister:
		elements := []string{}
		for all := found.Iterator(); all.HasNext() == types.True; {
			elements = append(elements, shown(all.Next()))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	}
	return fmt.Sprintf("unknown: %v", value)
}

func main() {
	environment, err := environment()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriter(os.Stdout)
	for decoder := json.NewDecoder(input); decoder.More(); {
		var asked question
		if err := decoder.Decode(&asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Fprintln(output, answer(environment, asked))
		output.Flush()
	}
}
