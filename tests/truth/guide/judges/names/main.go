// Command names asks Go which names exist, as the guide writes them: `defer`, `builtin.make`, `<-`,
// `sync.Cond.Wait`. The answers come from go/token and go/types.
//
//	names            prints the keywords and the predeclared identifiers
//	names unknown    prints those of the names on standard input that do not exist
//
// Of packages it knows the standard library's.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	if len(os.Args) == 1 {
		for name := range language() {
			fmt.Println(name)
		}
		return
	}
	if err := printUnknown(); err != nil {
		fmt.Fprintln(os.Stderr, "names:", err)
		os.Exit(1)
	}
}

// language is the set of keywords and predeclared identifiers.
func language() map[string]bool {
	names := map[string]bool{}
	for t := range token.Token(256) {
		if t.IsKeyword() {
			names[t.String()] = true
		}
	}
	for _, name := range types.Universe.Names() {
		names["builtin."+name] = true
	}
	return names
}

func printUnknown() error {
	known := language()
	for t := range token.Token(256) {
		if t.IsOperator() {
			known[t.String()] = true
		}
	}
	std, err := standardLibrary()
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		name, _, _ := strings.Cut(lines.Text(), "(") // without its sense
		if !known[name] && !std.has(name) {
			fmt.Println(lines.Text())
		}
	}
	return lines.Err()
}

// library imports packages of the standard library from the compiler's export data.
type library struct {
	exports  map[string]string // import path -> file
	importer types.Importer
}

func standardLibrary() (library, error) {
	out, err := exec.Command("go", "list", "-export", "-f", "{{.ImportPath}}\t{{.Export}}", "std").Output()
	if err != nil {
		return library{}, fmt.Errorf("go list std: %w", err)
	}
	std := library{exports: map[string]string{}}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		std.exports[path] = file
	}
	std.importer = importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if std.exports[path] == "" {
			return nil, errors.New("no export data")
		}
		return os.Open(std.exports[path])
	})
	return std, nil
}

// has looks up an import path, a member of a package, or a method or field of a type.
func (std library) has(name string) bool {
	folder := strings.LastIndex(name, "/") + 1
	last, members, _ := strings.Cut(name[folder:], ".")
	path := name[:folder] + last
	if _, ok := std.exports[path]; !ok {
		return false
	}
	if members == "" {
		return true
	}
	pkg, err := std.importer.Import(path)
	if err != nil {
		return false
	}
	member, selected, _ := strings.Cut(members, ".")
	object := pkg.Scope().Lookup(member)
	if object == nil || !object.Exported() {
		return false
	}
	if selected == "" {
		return true
	}
	_, isType := object.(*types.TypeName)
	found, _, _ := types.LookupFieldOrMethod(object.Type(), true, pkg, selected)
	return isType && found != nil && found.Exported()
}
