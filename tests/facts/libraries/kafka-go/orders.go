package orders

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"time"

	"github.com/segmentio/kafka-go"
)

type Billing struct {
	reader *kafka.Reader
	dead   *kafka.Writer
	out    *bufio.Writer
	store  Store
}

func readerConfig(brokers []string) kafka.ReaderConfig {
	return kafka.ReaderConfig{
		Brokers:     brokers,
		GroupID:     "billing",
		Topic:       "orders",
		StartOffset: kafka.LastOffset,
		MaxWait:     time.Second,
	}
}

func NewBilling(brokers []string, store Store) *Billing {
	return &Billing{
		reader: kafka.NewReader(readerConfig(brokers)),
		dead: &kafka.Writer{
			Addr:         kafka.TCP(brokers...),
			Topic:        "orders.dead",
			RequiredAcks: kafka.RequireOne,
			MaxAttempts:  3,
		},
		store: store,
	}
}

func (b *Billing) Run(ctx context.Context) error {
	for {
		message, err := b.reader.FetchMessage(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := b.store.Save(message.Value); err != nil {
			log.Printf("save: %v", err)
		}
		if err := b.reader.CommitMessages(ctx, message); err != nil {
			return err
		}
	}
}

func (b *Billing) Bury(ctx context.Context, message kafka.Message) error {
	b.out.Flush()
	return b.dead.WriteMessages(ctx, kafka.Message{Key: message.Key, Value: message.Value})
}

func (b *Billing) Close() error {
	return errors.Join(b.reader.Close(), b.dead.Close())
}

func tail(ctx context.Context, brokers []string) {
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: brokers, Topic: "orders", Partition: 2})
	reader.SetOffset(kafka.LastOffset)
	for {
		message, err := reader.ReadMessage(ctx)
		if err != nil {
			break
		}
		go show(message)
	}
}

func notify(ctx context.Context, brokers []string, notes []Note) error {
	writer := &kafka.Writer{Addr: kafka.TCP(brokers...), Async: true}
	defer writer.Close()
	for _, note := range notes {
		if err := writer.WriteMessages(ctx, kafka.Message{Topic: "notes", Value: note.Bytes()}); err != nil {
			return err
		}
	}
	told := kafka.NewWriter(kafka.WriterConfig{Brokers: brokers, Topic: "told"})
	told.Completion = func(messages []kafka.Message, err error) { log.Println(len(messages), err) }
	told.Async = true
	_ = told.WriteMessages(ctx, kafka.Message{Value: []byte("done")})
	return told.Close()
}
