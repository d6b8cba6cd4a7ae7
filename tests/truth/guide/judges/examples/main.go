// Command examples makes compilable Go files of the guide's examples.
//
// It reads a JSON list of {"name", "code"} and prints one of
//
//	{"name", "source", "before", "test", "main", "line", "syntax", "format", "imports"}
//
// where before is the number of lines put before the code. The last three are empty or tell what is wrong, in a line
// of the code: a syntax error, a difference from gofmt's form, a package that is not in the standard library. An example that begins with package is a file; one with func,
// type, var, const or import at the start of a line is declarations; else it is the body of main. Imports of
// the standard library are added.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

type example struct {
	Name string `json:"name"`
	Code string `json:"code"`
}

type result struct {
	Name    string `json:"name"`
	Source  string `json:"source"`
	Before  int    `json:"before"`
	Test    bool   `json:"test"`
	Main    bool   `json:"main"`
	Line    int    `json:"line"`
	Syntax  string `json:"syntax"`
	Format  string `json:"format"`
	Imports string `json:"imports"`
}

var (
	isFile         = regexp.MustCompile(`^package\b`)
	isDeclarations = regexp.MustCompile(`(?m)^(func|type|var|const|import)\b`)
	isMain         = regexp.MustCompile(`(?m)^func main\(\)`)
	isTest         = regexp.MustCompile(`(?m)^func (Test|Benchmark|Fuzz|Example)\w*\(`)
)

func main() {
	var examples []example
	if err := json.NewDecoder(os.Stdin).Decode(&examples); err != nil {
		fail(err)
	}
	std, err := standardLibrary()
	if err != nil {
		fail(err)
	}
	results := make([]result, 0, len(examples))
	for _, e := range examples {
		results = append(results, wrap(e, std))
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "examples:", err)
	os.Exit(1)
}

func wrap(e example, std library) result {
	r := result{Name: e.Name, Main: true}
	r.compareFormat(e.Code)
	if isFile.MatchString(e.Code) {
		r.Source = e.Code
		r.Main = isMain.MatchString(e.Code)
		r.Test = isTest.MatchString(e.Code)
		return r
	}
	head, body, tail := "package main\n", "", ""
	if isDeclarations.MatchString(e.Code) {
		r.Main = isMain.MatchString(e.Code)
		r.Test = isTest.MatchString(e.Code)
		if !r.Main {
			head = "package example\n"
		}
	} else {
		body, tail = "func main() {\n", "}\n"
	}
	r.Before = strings.Count(head+"\n"+body, "\n")
	r.Source = head + "\n" + body + e.Code + tail
	file, err := parser.ParseFile(token.NewFileSet(), "main.go", r.Source, 0)
	if err != nil {
		r.syntaxError(err, r.Before)
		return r
	}
	imports, err := std.imports(file)
	if err != nil {
		r.Line, r.Imports = 1, err.Error()
		return r
	}
	r.Source = head + imports + "\n" + body + e.Code + tail
	return r
}

// compareFormat compares code with gofmt's form of it.
func (r *result) compareFormat(code string) {
	pretty, err := format.Source([]byte(code))
	if err != nil {
		r.syntaxError(err, 0)
		return
	}
	want, got := strings.Split(string(pretty), "\n"), strings.Split(code, "\n")
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			r.Line, r.Format = len(got), "gofmt adds "+strconv.Quote(want[i])
		case i >= len(want):
			r.Line, r.Format = i+1, "gofmt removes "+strconv.Quote(got[i])
		case want[i] != got[i]:
			r.Line, r.Format = i+1, "gofmt writes "+strconv.Quote(want[i])
		default:
			continue
		}
		return
	}
}

func (r *result) syntaxError(err error, before int) {
	r.Line, r.Syntax = 1, err.Error()
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
		r.Line, r.Syntax = max(list[0].Pos.Line-before, 1), list[0].Msg
	}
}

// library is the standard library: packages by name.
type library map[string][]*stdPackage

type stdPackage struct {
	path, dir string
	exports   map[string]bool // nil until asked for
}

// preferred are the packages to take where several of one name fit.
var preferred = []string{"math/rand/v2", "crypto/rand", "text/template"}

func standardLibrary() (library, error) {
	out, err := exec.Command("go", "list", "-f", "{{.Name}}\t{{.ImportPath}}\t{{.Dir}}", "std").Output()
	if err != nil {
		return nil, fmt.Errorf("go list std: %w", err)
	}
	std := library{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		name, path := fields[0], fields[1]
		if !strings.Contains("/"+path+"/", "/internal/") && !strings.HasPrefix(path, "vendor/") {
			std[name] = append(std[name], &stdPackage{path: path, dir: fields[2]})
		}
	}
	return std, nil
}

// imports is the import declaration, on one line, for the names that a file uses without importing them.
func (std library) imports(file *ast.File) (string, error) {
	known := map[string]bool{}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := filepath.Base(path)
		if name == "v2" {
			name = filepath.Base(filepath.Dir(path))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		known[name] = true
	}
	unresolved := map[*ast.Ident]bool{}
	for _, ident := range file.Unresolved {
		unresolved[ident] = true
	}
	members := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && unresolved[x] && !known[x.Name] {
				members[x.Name] = append(members[x.Name], s.Sel.Name)
			}
		}
		return true
	})
	var paths []string
	for name, used := range members {
		path, err := std.path(name, used)
		if err != nil {
			return "", err
		}
		paths = append(paths, strconv.Quote(path))
	}
	if len(paths) == 0 {
		return "", nil
	}
	slices.Sort(paths)
	return "import (" + strings.Join(paths, "; ") + ")", nil
}

// path picks the package of a name that exports all members used.
func (std library) path(name string, members []string) (string, error) {
	var fits []string
	for _, p := range std[name] {
		if err := p.load(); err != nil {
			return "", err
		}
		if !slices.ContainsFunc(members, func(m string) bool { return !p.exports[m] }) {
			fits = append(fits, p.path)
		}
	}
	if len(fits) == 0 {
		return "", fmt.Errorf("no package %s of the standard library has %s", name, strings.Join(members, ", "))
	}
	for _, path := range preferred {
		if slices.Contains(fits, path) {
			return path, nil
		}
	}
	return fits[0], nil
}

// load reads the exported names of a package, whatever the platform.
func (p *stdPackage) load() error {
	if p.exports != nil {
		return nil
	}
	p.exports = map[string]bool{}
	files, err := filepath.Glob(filepath.Join(p.dir, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		for name := range file.Scope.Objects {
			if ast.IsExported(name) {
				p.exports[name] = true
			}
		}
	}
	return nil
}
