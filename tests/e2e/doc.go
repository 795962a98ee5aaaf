// SPDX-License-Identifier: Apache-2.0

// Package e2e holds tests of wecan against real API servers. README.md tells how to run them.
package e2e
