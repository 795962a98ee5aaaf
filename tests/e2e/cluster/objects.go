// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
)

// Decode reads the objects of a stream of YAML or JSON documents; a List gives its items.
func Decode(text []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if len(object.Object) == 0 {
			continue // a document of comments
		}
		if !object.IsList() {
			objects = append(objects, object)
			continue
		}
		list, err := object.ToList()
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			objects = append(objects, &list.Items[i])
		}
	}
}

// DecodeFile reads the objects of a file.
func DecodeFile(path string) ([]*unstructured.Unstructured, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Decode(text)
}

// Creator creates objects of any kind, as the admin.
type Creator struct {
	client dynamic.Interface
	mapper meta.RESTMapper
}

// NewCreator asks the server which kinds it knows.
func (s *Server) NewCreator() (*Creator, error) {
	groups, err := restmapper.GetAPIGroupResources(s.Admin.Discovery())
	if err != nil {
		return nil, err
	}
	admin, err := s.Certificate("admin", "system:masters")
	if err != nil {
		return nil, err
	}
	client, err := dynamic.NewForConfig(s.Config(admin))
	return &Creator{client: client, mapper: restmapper.NewDiscoveryRESTMapper(groups)}, err
}

// Create creates one object; a namespaced one without a namespace in "default".
func (c *Creator) Create(ctx context.Context, object *unstructured.Unstructured, options metav1.CreateOptions) error {
	resource, err := c.Resource(object)
	if err != nil {
		return err
	}
	_, err = resource.Create(ctx, object, options)
	return err
}

// CreateWithStatus creates one object of a kind that has the subresource status, and writes that as well: with the
// object itself the server drops it.
func (c *Creator) CreateWithStatus(ctx context.Context, object *unstructured.Unstructured) error {
	resource, err := c.Resource(object)
	if err != nil {
		return err
	}
	created, err := resource.Create(ctx, object, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	created.Object["status"] = object.Object["status"]
	_, err = resource.UpdateStatus(ctx, created, metav1.UpdateOptions{})
	return err
}

// Resource is where this object, or the others of its kind and namespace, are.
func (c *Creator) Resource(object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := object.GroupVersionKind()
	mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, err
	}
	resource := c.client.Resource(mapping.Resource)
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return resource, nil
	}
	namespace := object.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	return resource.Namespace(namespace), nil
}
