// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

// A kube-apiserver keeps flags, feature gates and metrics in globals: one process holds one. So this
// program starts itself again, with this variable set.
const childVariable = "WECAN_E2E_APISERVER"

// RunIfAsked is the whole life of a process that Start has made, and does nothing in any other.
func RunIfAsked() {
	if os.Getenv(childVariable) != "" {
		os.Exit(cli.Run(app.NewAPIServerCommand()))
	}
}

// process is a running kube-apiserver.
type process struct {
	command *exec.Cmd
	logPath string
	ended   chan struct{}
}

func startProcess(logPath string, arguments []string) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	command := exec.Command(program, arguments...)
	command.Env = append(os.Environ(), childVariable+"=1")
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} // it never outlives the tests
	if err := command.Start(); err != nil {
		return nil, err
	}
	p := &process{command: command, logPath: logPath, ended: make(chan struct{})}
	go func() {
		_ = command.Wait()
		close(p.ended)
	}()
	return p, nil
}

func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(3 * time.Second): // a graceful end waits for watches, which nobody needs here
		_ = p.command.Process.Kill()
		<-p.ended
	}
}

// failed adds the last lines of the log, which name the cause, to an error.
func (p *process) failed(err error) error {
	return fmt.Errorf("%w\nthe log ends with:\n%s", err, tail(p.logPath, 20))
}

func tail(path string, count int) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}
