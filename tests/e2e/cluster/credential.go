// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Credential is a token, or a client certificate.
type Credential struct {
	Token string
	Pair
}

// Certificate mints a client certificate for this user in these groups.
func (s *Server) Certificate(user string, groups ...string) (Credential, error) {
	pair, err := s.CA.Client(user, groups...)
	return Credential{Pair: pair}, err
}

// Token mints a token of a ServiceAccount; the account and its namespace are made when they are not there.
func (s *Server) Token(ctx context.Context, namespace, name string) (Credential, error) {
	if err := s.ServiceAccount(ctx, namespace, name); err != nil {
		return Credential{}, err
	}
	seconds := int64(3600)
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	reply, err := s.Admin.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, name, request, metav1.CreateOptions{})
	if err != nil {
		return Credential{}, fmt.Errorf("token of %s/%s: %w", namespace, name, err)
	}
	return Credential{Token: reply.Status.Token}, nil
}

// ServiceAccount sees to it that there is this ServiceAccount.
func (s *Server) ServiceAccount(ctx context.Context, namespace, name string) error {
	if err := s.Namespace(ctx, namespace); err != nil {
		return err
	}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}
	_, err := s.Admin.CoreV1().ServiceAccounts(namespace).Create(ctx, account, metav1.CreateOptions{})
	return unlessThere(err)
}

// Namespace sees to it that there is this namespace.
func (s *Server) Namespace(ctx context.Context, name string) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	_, err := s.Admin.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	return unlessThere(err)
}

func unlessThere(err error) error {
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
