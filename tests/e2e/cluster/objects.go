// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"context"
	"errors"
	"io"

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
	kind := object.GroupVersionKind()
	mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return err
	}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		_, err = c.client.Resource(mapping.Resource).Create(ctx, object, options)
		return err
	}
	namespace := object.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	_, err = c.client.Resource(mapping.Resource).Namespace(namespace).Create(ctx, object, options)
	return err
}
