package serve

import (
	"context"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Severity of a message to the person who runs the engine.
type Severity = pulumirpc.LogSeverity

// The severities the providers use.
const (
	Debug   = pulumirpc.LogSeverity_DEBUG
	Info    = pulumirpc.LogSeverity_INFO
	Warning = pulumirpc.LogSeverity_WARNING
	Error   = pulumirpc.LogSeverity_ERROR
)

// Engine takes the messages that a provider has for the person who runs Pulumi.
type Engine struct {
	client pulumirpc.EngineClient
}

// Attach connects to the engine at address, for a plugin that was started by hand.
func (e *Engine) Attach(address string) error {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	e.client = pulumirpc.NewEngineClient(connection)
	return nil
}

// Log shows a lasting message about the resource.
func (e *Engine) Log(severity Severity, urn, message string) { e.send(severity, urn, message, false) }

// Status shows a passing message in the resource's line while the operation runs; an empty one clears it.
func (e *Engine) Status(severity Severity, urn, message string) { e.send(severity, urn, message, true) }

// send does not fail: a message that cannot be shown must not end the operation it is about.
func (e *Engine) send(severity Severity, urn, message string, passing bool) {
	if e == nil || e.client == nil {
		return
	}
	_, _ = e.client.Log(context.Background(), &pulumirpc.LogRequest{
		Severity:  severity,
		Urn:       urn,
		Message:   strings.ToValidUTF8(message, "?"),
		Ephemeral: passing,
	})
}
