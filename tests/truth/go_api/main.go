// Command go_api writes the names and result types of Go's standard library as the compact text that
// Viva's Go recogniser reads (src/keywords/go/standard_library.txt says what the lines mean).
//
//	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go run tests/truth/go_api/main.go > src/keywords/go/standard_library.txt
//
// It type-checks the sources of the toolchain that runs it, so it needs nothing but Go itself.
package main

import (
	"bufio"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strings"
)

const header = `# Names and result types of Go's standard library.
# Facts of %s, written by tests/truth/go_api; do not edit.
#
# "@path" begins a package; its lines are sorted by their first word:
#   Name (parameters)results    function; parameters only where they matter for type inference
#   Name [bounds](parameters)results    generic function; $0, $1 are its type parameters
#   Name =type                  type; of a struct or interface only the embedded types, in braces
#   Name ==type                 alias
#   Name :type                  variable, or constant of a named type
#   Type.Name (…)…, Type.Name :type    method and field
# A bare name is predeclared or of the same package; "?" is a type that is not written down.
`

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintf(out, header, runtime.Version())

	list, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "go list std:", err)
		os.Exit(1)
	}
	source := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, path := range strings.Fields(string(list)) {
		if isInternal(path) {
			continue
		}
		pkg, err := source.Import(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, path+":", err)
			os.Exit(1)
		}
		fmt.Fprintf(out, "@%s\n", path)
		for _, line := range packageLines(pkg) {
			fmt.Fprintln(out, line)
		}
	}
}

func isInternal(path string) bool {
	for _, element := range strings.Split(path, "/") {
		if element == "internal" || element == "vendor" || element == "cmd" {
			return true
		}
	}
	return false
}

func packageLines(pkg *types.Package) []string {
	w := &writer{pkg: pkg, hidden: map[*types.TypeName]bool{}}
	for _, name := range pkg.Scope().Names() {
		if token.IsExported(name) {
			w.object(pkg.Scope().Lookup(name))
		}
	}
	// Exported values may have unexported types with exported methods (binary.LittleEndian).
	for done := 0; done < len(w.queue); done++ {
		w.typeName(w.queue[done])
	}
	lines := make([]string, 0, len(w.lines))
	for key, value := range w.lines {
		lines = append(lines, key+" "+value)
	}
	sort.Slice(lines, func(i, j int) bool {
		a, _, _ := strings.Cut(lines[i], " ")
		b, _, _ := strings.Cut(lines[j], " ")
		return a < b
	})
	return lines
}

type writer struct {
	pkg    *types.Package
	lines  map[string]string
	hidden map[*types.TypeName]bool
	queue  []*types.TypeName
}

func (w *writer) line(key, value string) {
	if w.lines == nil {
		w.lines = map[string]string{}
	}
	w.lines[key] = value
}

func (w *writer) object(object types.Object) {
	switch object := object.(type) {
	case *types.Func:
		w.line(object.Name(), w.signature(object.Type().(*types.Signature)))
	case *types.Var:
		w.line(object.Name(), ":"+w.typ(object.Type()))
	case *types.Const:
		if _, named := object.Type().(*types.Named); named {
			w.line(object.Name(), ":"+w.typ(object.Type()))
		}
	case *types.TypeName:
		w.typeName(object)
	}
}

func (w *writer) typeName(object *types.TypeName) {
	if object.IsAlias() {
		w.line(object.Name(), "=="+w.typ(types.Unalias(object.Type())))
		return
	}
	named, ok := object.Type().(*types.Named)
	if !ok { // unsafe.Pointer
		w.line(object.Name(), "=?")
		return
	}
	name := object.Name()
	for i := range named.NumMethods() {
		if method := named.Method(i); method.Exported() {
			w.line(name+"."+method.Name(), w.signature(method.Type().(*types.Signature)))
		}
	}
	switch under := named.Underlying().(type) {
	case *types.Struct:
		w.line(name, "=struct"+w.structure(name, under, map[string]bool{}))
		w.promoted(name, named)
	case *types.Interface:
		var embedded []string
		for i := range under.NumEmbeddeds() {
			switch part := under.EmbeddedType(i); part.Underlying().(type) {
			case *types.Interface:
				embedded = append(embedded, w.typ(part))
			default:
				embedded = append(embedded, "?") // a union of types
			}
		}
		w.line(name, "=interface"+braces(embedded))
		for i := range under.NumExplicitMethods() {
			if method := under.ExplicitMethod(i); method.Exported() {
				w.line(name+"."+method.Name(), w.signature(method.Type().(*types.Signature)))
			}
		}
	default:
		w.line(name, "="+w.typ(under))
	}
}

// structure writes the exported fields and returns the embedded types that users can name. What comes
// through an unexported embedded type counts as the outer type's own (testing.T.Errorf).
func (w *writer) structure(name string, structure *types.Struct, seen map[string]bool) string {
	var embedded []string
	for i := range structure.NumFields() {
		field := structure.Field(i)
		key := name + "." + field.Name()
		if field.Exported() {
			if _, declared := w.lines[key]; !declared && !seen[field.Name()] {
				seen[field.Name()] = true
				w.line(key, ":"+w.typ(field.Type()))
			}
		}
		if !field.Embedded() {
			continue
		}
		if field.Exported() {
			embedded = append(embedded, w.typ(field.Type()))
		} else if inner, ok := deref(field.Type()).Underlying().(*types.Struct); ok {
			w.structure(name, inner, seen)
		}
	}
	return braces(embedded)
}

// promoted writes the methods that reach a struct through an unexported embedded type.
func (w *writer) promoted(name string, named *types.Named) {
	methods := types.NewMethodSet(types.NewPointer(named))
	for i := range methods.Len() {
		selection := methods.At(i)
		method := selection.Obj().(*types.Func)
		if len(selection.Index()) < 2 || !method.Exported() {
			continue
		}
		structure := named.Underlying().(*types.Struct)
		hidden := false
		for _, index := range selection.Index()[:len(selection.Index())-1] {
			field := structure.Field(index)
			hidden = hidden || !field.Exported()
			if inner, ok := deref(field.Type()).Underlying().(*types.Struct); ok {
				structure = inner
			} else {
				break
			}
		}
		if hidden {
			w.line(name+"."+method.Name(), w.signature(method.Type().(*types.Signature)))
		}
	}
}

func deref(t types.Type) types.Type {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		return pointer.Elem()
	}
	return t
}

func braces(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "{" + strings.Join(list, ",") + "}"
}

func (w *writer) signature(signature *types.Signature) string {
	text := ""
	if parameters := signature.TypeParams(); parameters.Len() > 0 {
		var bounds []string
		for i := range parameters.Len() {
			bounds = append(bounds, w.bound(parameters.At(i)))
		}
		text = "[" + strings.Join(bounds, ",") + "]"
	}
	var parameters []string
	if text != "" || isIterator(signature) {
		for i := range signature.Params().Len() {
			parameter := signature.Params().At(i).Type()
			if slice, ok := parameter.(*types.Slice); ok && signature.Variadic() && i == signature.Params().Len()-1 {
				parameters = append(parameters, "..."+w.typ(slice.Elem()))
			} else {
				parameters = append(parameters, w.typ(parameter))
			}
		}
	}
	text += "(" + strings.Join(parameters, ",") + ")"
	var results []string
	for i := range signature.Results().Len() {
		results = append(results, w.typ(signature.Results().At(i).Type()))
	}
	if len(results) == 1 {
		return text + results[0]
	} else if len(results) > 1 {
		return text + "(" + strings.Join(results, ",") + ")"
	}
	return text
}

// isIterator reports whether a for loop can range over such a function.
func isIterator(signature *types.Signature) bool {
	if signature.Params().Len() != 1 || signature.Results().Len() != 0 {
		return false
	}
	yield, ok := signature.Params().At(0).Type().Underlying().(*types.Signature)
	return ok && yield.Results().Len() == 1 && types.Identical(yield.Results().At(0).Type(), types.Typ[types.Bool])
}

// bound is the one type that a constraint prescribes (~[]$1), or what methods it has.
func (w *writer) bound(parameter *types.TypeParam) string {
	constraint := parameter.Constraint()
	if under, ok := constraint.Underlying().(*types.Interface); ok && under.NumEmbeddeds() == 1 {
		if union, ok := under.EmbeddedType(0).(*types.Union); ok && union.Len() == 1 {
			return w.typ(union.Term(0).Type())
		}
	}
	if named, ok := types.Unalias(constraint).(*types.Named); ok && named.Obj().Pkg() != nil {
		return w.typ(constraint)
	}
	return "any"
}

func (w *writer) typ(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return "unsafe.Pointer"
		}
		return t.Name()
	case *types.Pointer:
		return "*" + w.typ(t.Elem())
	case *types.Slice:
		return "[]" + w.typ(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), w.typ(t.Elem()))
	case *types.Map:
		return "map[" + w.typ(t.Key()) + "]" + w.typ(t.Elem())
	case *types.Chan:
		return "chan " + w.typ(t.Elem())
	case *types.Signature:
		parameters := w.parameterTypes(t)
		return "func" + parameters
	case *types.TypeParam:
		return fmt.Sprintf("$%d", t.Index())
	case *types.Interface:
		if t.Empty() {
			return "any"
		}
		return "?"
	case *types.Named:
		return w.named(t)
	}
	return "?"
}

// parameterTypes is the signature of a function value; inside generic functions its parameters matter.
func (w *writer) parameterTypes(signature *types.Signature) string {
	generic := false
	var parameters []string
	for i := range signature.Params().Len() {
		text := w.typ(signature.Params().At(i).Type())
		generic = generic || strings.Contains(text, "$")
		parameters = append(parameters, text)
	}
	if generic && !isIterator(signature) {
		plain := w.signature(signature)
		return "(" + strings.Join(parameters, ",") + ")" + strings.TrimPrefix(plain, "()")
	}
	return w.signature(signature)
}

func (w *writer) named(t *types.Named) string {
	object := t.Obj()
	name := object.Name()
	switch {
	case object.Pkg() == nil: // error, comparable
	case object.Pkg() == w.pkg:
		if !object.Exported() && !w.hidden[object] && object.Parent() == w.pkg.Scope() {
			w.hidden[object] = true
			w.queue = append(w.queue, object)
		}
	case isInternal(object.Pkg().Path()):
		return "?"
	default:
		name = object.Pkg().Path() + "." + name
	}
	if arguments := t.TypeArgs(); arguments.Len() > 0 {
		var list []string
		for i := range arguments.Len() {
			list = append(list, w.typ(arguments.At(i)))
		}
		name += "[" + strings.Join(list, ",") + "]"
	}
	return name
}
