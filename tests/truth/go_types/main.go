// Command go_types is an independent judge of Viva's Go recogniser: it type-checks packages of the
// standard library and prints what each identifier means that Viva could explain.
//
//	CGO_ENABLED=0 go run tests/truth/go_types/main.go [package …] > truth.tsv
//
// check.py beside it runs it and compares. Without arguments it takes all packages of the standard library. A line is
//
//	file <tab> byte offset <tab> kind <tab> name
//
// where the kind is builtin, package, member, method or field, and the name is the most specific one,
// spelled as in index/guide/README.md. Names that the package itself declares are left out, as they
// are no keywords. A file that has no such name is printed with an empty kind and name.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	packages := os.Args[1:]
	if len(packages) == 0 {
		list, err := exec.Command("go", "list", "std").Output()
		if err != nil {
			fail("go list std:", err)
		}
		for _, path := range strings.Fields(string(list)) {
			if !strings.HasPrefix(path, "vendor/") && path != "unsafe" {
				packages = append(packages, path)
			}
		}
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	files := token.NewFileSet()
	source := importer.ForCompiler(files, "source", nil)
	for _, path := range packages {
		if err := judge(out, files, source, path); err != nil {
			fail(path+":", err)
		}
	}
}

func fail(words ...any) {
	fmt.Fprintln(os.Stderr, words...)
	os.Exit(1)
}

func judge(out *bufio.Writer, files *token.FileSet, source types.Importer, path string) error {
	found, err := build.Import(path, "", 0)
	if err != nil {
		return err
	}
	var parsed []*ast.File
	for _, name := range found.GoFiles {
		file, err := parser.ParseFile(files, filepath.Join(found.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, file)
	}
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	config := types.Config{Importer: inFolder{source.(types.ImporterFrom), found.Dir}}
	pkg, err := config.Check(path, files, parsed, info)
	if err != nil {
		return err
	}
	for _, file := range parsed {
		judgeFile(out, files, &judgement{pkg, info, map[*ast.Ident]answer{}}, file)
	}
	return nil
}

// inFolder imports as a file of that folder would, so that vendored packages are found.
type inFolder struct {
	from types.ImporterFrom
	dir  string
}

func (i inFolder) Import(path string) (*types.Package, error) {
	return i.from.ImportFrom(path, i.dir, 0)
}

type answer struct{ kind, name string }

type judgement struct {
	pkg     *types.Package
	info    *types.Info
	answers map[*ast.Ident]answer
}

func judgeFile(out *bufio.Writer, files *token.FileSet, j *judgement, file *ast.File) {
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.Ident:
			j.identifier(node)
		case *ast.SelectorExpr:
			j.selector(node)
		case *ast.CompositeLit:
			j.literal(node)
		}
		return true
	})
	name := files.Position(file.Pos()).Filename
	fmt.Fprintf(out, "%s\t0\t\t\n", name)
	ast.Inspect(file, func(node ast.Node) bool {
		if identifier, ok := node.(*ast.Ident); ok {
			if answer := j.answers[identifier]; answer.name != "" {
				offset := files.Position(identifier.Pos()).Offset
				fmt.Fprintf(out, "%s\t%d\t%s\t%s\n", name, offset, answer.kind, answer.name)
			}
		}
		return true
	})
}

// identifier answers for what needs no selector: predeclared names, packages and their members.
func (j *judgement) identifier(identifier *ast.Ident) {
	if _, known := j.answers[identifier]; known {
		return
	}
	object := j.info.Uses[identifier]
	switch {
	case object == nil:
	case object.Pkg() == nil:
		if object.Parent() == types.Universe {
			j.answers[identifier] = answer{"builtin", "builtin." + object.Name()}
		}
	default:
		if name, ok := object.(*types.PkgName); ok {
			j.answers[identifier] = answer{"package", pathOf(name.Imported())}
		} else if object.Pkg() != j.pkg && object.Parent() == object.Pkg().Scope() {
			j.answers[identifier] = answer{"member", pathOf(object.Pkg()) + "." + object.Name()}
		}
	}
}

func (j *judgement) selector(selector *ast.SelectorExpr) {
	selection := j.info.Selections[selector]
	if selection == nil {
		return
	}
	owner := declaring(selection, j.pkg)
	kind := "field"
	if _, ok := selection.Obj().(*types.Func); ok {
		kind = "method"
	}
	j.member(selector.Sel, kind, owner)
}

func (j *judgement) literal(literal *ast.CompositeLit) {
	owner, ok := deref(j.info.Types[literal].Type).(*types.Named)
	if !ok {
		return
	}
	if _, ok := owner.Underlying().(*types.Struct); !ok {
		return
	}
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok {
				j.member(key, "field", owner)
			}
		}
	}
}

func (j *judgement) member(identifier *ast.Ident, kind string, owner *types.Named) {
	if owner == nil || owner.Obj().Pkg() == j.pkg {
		j.answers[identifier] = answer{} // the package's own
		return
	}
	path := "builtin"
	if owner.Obj().Pkg() != nil {
		path = pathOf(owner.Obj().Pkg())
	}
	j.answers[identifier] = answer{kind, path + "." + owner.Obj().Name() + "." + identifier.Name}
}

// declaring is the type that declares a field or method. What another package's type has through an
// unexported embedded one counts as its own (testing.T.Errorf).
func declaring(selection *types.Selection, pkg *types.Package) *types.Named {
	current := selection.Recv()
	owner, _ := deref(current).(*types.Named)
	index := selection.Index()
	for _, step := range index[:len(index)-1] {
		structure, ok := deref(current).Underlying().(*types.Struct)
		if !ok {
			break
		}
		field := structure.Field(step)
		if !field.Exported() && field.Pkg() != pkg {
			return owner
		}
		current = field.Type()
		owner, _ = deref(current).(*types.Named)
	}
	if method, ok := selection.Obj().(*types.Func); ok {
		// The method of an interface may come from an embedded interface.
		receiver := method.Type().(*types.Signature).Recv()
		if receiver != nil && types.IsInterface(receiver.Type()) {
			if named, ok := deref(receiver.Type()).(*types.Named); ok && (named.Obj().Exported() || named.Obj().Pkg() == nil) {
				return named
			}
		}
	}
	return owner
}

func deref(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	t = types.Unalias(t)
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	if parameter, ok := t.(*types.TypeParam); ok {
		return types.Unalias(parameter.Constraint())
	}
	return t
}

// pathOf is the path as files import it.
func pathOf(pkg *types.Package) string {
	return strings.TrimPrefix(pkg.Path(), "vendor/")
}
