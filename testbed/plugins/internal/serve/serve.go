// Package serve runs a provider as a plugin of the Pulumi engine: it listens on a port of the loopback address,
// prints that port, and ends when the engine asks for it or is gone.
package serve

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/grpclog"
)

// engineCheck is how often a plugin asks whether its engine is still there, as in every plugin made with Pulumi's
// own library. An operation under way when the engine dies goes on until it ends; then the plugin ends.
const engineCheck = 5 * time.Minute

// Provider is what a plugin offers the engine; made once the engine can be reached.
type Provider = pulumirpc.ResourceProviderServer

// Main runs the plugin until it is no longer needed and ends the process.
func Main(newProvider func(*Engine) Provider) {
	// gRPC must not write to standard output: the engine reads the port there.
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, os.Stderr))
	if err := run(newProvider); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(newProvider func(*Engine) Provider) error {
	address, err := engineAddress()
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()

	engine := &Engine{}
	if address != "" {
		connection, err := grpc.NewClient(address,
			grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
		if err != nil {
			return fmt.Errorf("the engine cannot be reached at %s: %w", address, err)
		}
		engine.client = pulumirpc.NewEngineClient(connection)
		if err := rpcutil.Healthcheck(ctx, address, engineCheck, cancel); err != nil {
			return fmt.Errorf("the engine's health cannot be watched: %w", err)
		}
	}
	return listen(ctx, newProvider(engine))
}

// engineAddress reads the one argument the engine gives. Without it the plugin waits for Attach, for debugging.
func engineAddress() (string, error) {
	flag.String("tracing", "", "accepted, as the engine may pass it, and not used")
	flag.Parse()
	switch flag.NArg() {
	case 0:
		return "", nil
	case 1:
		return flag.Arg(0), nil
	default:
		return "", fmt.Errorf("expected the engine's address as the only argument, got %d arguments", flag.NArg())
	}
}

func listen(ctx context.Context, provider Provider) error {
	stop := make(chan bool)
	go func() {
		<-ctx.Done()
		close(stop)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(server, provider)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Printf("%d\n", handle.Port)
	return <-handle.Done
}
