// Command names prints Go's keywords and predeclared identifiers as the guide names them: `defer`,
// `builtin.make`, `<-`. They come from go/token and go/types.
package main

import (
	"fmt"
	"go/token"
	"go/types"
)

func main() {
	for t := range token.Token(256) {
		if t.IsKeyword() {
			fmt.Println(t)
		}
	}
	for _, name := range types.Universe.Names() {
		fmt.Println("builtin." + name)
	}
}
