// SPDX-License-Identifier: Apache-2.0

// Package cluster runs real API servers for tests: one etcd in this process, and for each cluster a
// kube-apiserver in a process of its own, with RBAC and the controller that fills aggregated roles.
//
// The program that calls Start must call RunIfAsked first thing in main, or in TestMain.
package cluster
