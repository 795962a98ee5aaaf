// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Kubeconfig is a kubeconfig file in the making: each context has a cluster and a user of its own name.
type Kubeconfig struct {
	config *api.Config
}

// NewKubeconfig is one without contexts.
func NewKubeconfig() Kubeconfig { return Kubeconfig{api.NewConfig()} }

// Add adds a context; the first one becomes the current.
func (k Kubeconfig) Add(context, url string, ca []byte, credential Credential) {
	k.config.Clusters[context] = &api.Cluster{Server: url, CertificateAuthorityData: ca}
	k.config.AuthInfos[context] = &api.AuthInfo{
		Token:                 credential.Token,
		ClientCertificateData: credential.Certificate,
		ClientKeyData:         credential.Key,
	}
	k.config.Contexts[context] = &api.Context{Cluster: context, AuthInfo: context}
	if k.config.CurrentContext == "" {
		k.config.CurrentContext = context
	}
}

// UsePlugin makes the user of a context one that a plugin prints the credential of.
func (k Kubeconfig) UsePlugin(context string, plugin api.ExecConfig) {
	k.config.AuthInfos[context] = &api.AuthInfo{Exec: &plugin}
}

// Write writes the file, for its owner alone.
func (k Kubeconfig) Write(path string) error { return clientcmd.WriteToFile(*k.config, path) }
