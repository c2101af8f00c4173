// Package orders counts parcels.
package orders

import (
	"context"
	"fmt"

	_ "embed"
	. "github.com/onsi/gomega"
	kgo "github.com/twmb/franz-go/pkg/kgo"
	"github.com/segmentio/kafka-go"
	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

import "os"

const topic = "parcels"

var (
	acks    = "all"
	retries int = 3
)

type Store interface {
	Put(ctx context.Context, key string) error
}

type Orders struct {
	Base
	reader *kafka.Reader
	tries  int
}

type Handler func(ctx context.Context) error

// Run reads until the context ends.
func (o *Orders) Run(ctx context.Context, store Store) (err error) {
	defer o.reader.Close()
	for {
		msg, err := o.reader.FetchMessage(ctx)
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		go func(m kafka.Message) {
			store.Put(ctx, string(m.Key))
		}(msg)
		o.tries++
		o.tries += 1
		_ = o.reader.CommitMessages(ctx, msg)
	}
}

func New() *Orders {
	writer := &kafka.Writer{
		Addr:         kafka.TCP("a:9092"),
		RequiredAcks: kafka.RequireOne,
		Async:        true,
	}
	config := map[string]string{"acks": "1", `linger.ms`: "5"}
	for name, value := range config {
		os.Setenv(name, value)
	}
	switch v := any(writer).(type) {
	case nil:
		panic("none")
	default:
		fmt.Println(v)
	}
	select {
	case <-done:
		break
	case msg := <-in:
		use(msg)
	}
	client, _ := kgo.NewClient(kgo.SeedBrokers("a:9092"), kgo.OnPartitionsRevoked(func(c context.Context) { flush(c) }))
	return &Orders{reader: kafka.NewReader(kafka.ReaderConfig{Topic: topic, MinBytes: 10e3})}
}

func Map[T any, R any](in []T, f func(T) R) []R { return nil }
