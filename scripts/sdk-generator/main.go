// Writes the SDK of a language from schema.json: `sdk-generator <go or python> <schema.json> <folder>`. It uses the
// code of the language host that `pulumi package gen-sdk` calls, which cannot be built from the Go module proxy.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// others replaces the loader of other packages' schemas, none of which this one uses.
type others struct{ schema.ReferenceLoader }

func main() {
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(language, file, folder string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return err
	}
	pkg, err := schema.ImportSpec(spec, nil, others{}, schema.ValidationOptions{})
	if err != nil {
		return err
	}
	files, err := sdk(language, pkg)
	if err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func sdk(language string, pkg *schema.Package) (map[string][]byte, error) {
	switch language {
	case "go":
		return golang.GeneratePackage("pulumi-ebs-snapshots", pkg, nil)
	case "python":
		return python.GeneratePackage("pulumi-ebs-snapshots", pkg, nil, others{})
	default:
		return nil, fmt.Errorf("there is no generator for %s", language)
	}
}
