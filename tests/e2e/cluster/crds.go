// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// Install creates CustomResourceDefinitions, of one version each, and waits until what they define is served.
func (s *Server) Install(ctx context.Context, definitions []*unstructured.Unstructured) error {
	limited, done := context.WithTimeout(ctx, 30*time.Second)
	defer done()
	creator, err := s.NewCreator()
	if err != nil {
		return err
	}
	for _, definition := range definitions {
		if err := unlessThere(creator.Create(limited, definition, metav1.CreateOptions{})); err != nil {
			return err
		}
	}
	for _, definition := range definitions {
		if err := s.waitUntilServed(limited, creator.client, definition); err != nil {
			return err
		}
	}
	return nil
}

// waitUntilServed returns when the resource can be listed and discovery names it; neither waits for the other.
func (s *Server) waitUntilServed(ctx context.Context, client dynamic.Interface, definition *unstructured.Unstructured) error {
	group, _, _ := unstructured.NestedString(definition.Object, "spec", "group")
	plural, _, _ := unstructured.NestedString(definition.Object, "spec", "names", "plural")
	versions, _, _ := unstructured.NestedSlice(definition.Object, "spec", "versions")
	if len(versions) != 1 {
		return fmt.Errorf("%s has %d versions, want one", definition.GetName(), len(versions))
	}
	version, _, _ := unstructured.NestedString(versions[0].(map[string]any), "name")
	resource := schema.GroupVersionResource{Group: group, Version: version, Resource: plural}
	for {
		_, err := client.Resource(resource).List(ctx, metav1.ListOptions{})
		if err == nil && s.discovers(resource) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not served: %w", definition.GetName(), errors.Join(err, ctx.Err()))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *Server) discovers(resource schema.GroupVersionResource) bool {
	_, lists, err := s.Admin.Discovery().ServerGroupsAndResources()
	if err != nil {
		return false
	}
	for _, list := range lists {
		for _, served := range list.APIResources {
			if list.GroupVersion == resource.GroupVersion().String() && served.Name == resource.Resource {
				return true
			}
		}
	}
	return false
}
