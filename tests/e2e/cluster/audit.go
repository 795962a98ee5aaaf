// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// The server's own requests would be most of the log.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- {level: None, users: ["system:apiserver", "admin"]}
- {level: Metadata}
`

// Event is what the audit log tells of one request.
type Event struct {
	Verb       string `json:"verb"`
	RequestURI string `json:"requestURI"`
	User       struct {
		Username string `json:"username"`
	} `json:"user"`
	ImpersonatedUser struct {
		Username string `json:"username"`
	} `json:"impersonatedUser"`
	ResponseStatus struct {
		Code int `json:"code"`
	} `json:"responseStatus"`
}

// Audit returns the requests so far, but for those of the admin. A request is in the log before it is answered.
func (s *Server) Audit() ([]Event, error) {
	text, err := os.ReadFile(s.path("audit.log"))
	if err != nil {
		return nil, err
	}
	var events []Event
	for line := range bytes.Lines(text) {
		var event Event
		if err := json.Unmarshal(line, &event); err != nil {
			return nil, fmt.Errorf("audit log: %w", err)
		}
		events = append(events, event)
	}
	return events, nil
}
