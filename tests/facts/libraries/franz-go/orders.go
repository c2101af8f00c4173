package orders

import (
	"context"
	"errors"
	"log"
	"net/http"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const ordersTopic = "orders"

type Billing struct {
	client *kgo.Client
	web    *http.Client
	store  Store
}

// settings that every client of this service has
func common(brokers []string) []kgo.Opt {
	return []kgo.Opt{
		kgo.SeedBrokers(brokers...),
		kgo.ClientID("billing"),
	}
}

func NewBilling(brokers []string, store Store) (*Billing, error) {
	client, err := kgo.NewClient(append(common(brokers),
		kgo.ConsumerGroup("billing"),
		kgo.ConsumeTopics(ordersTopic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtEnd()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)...)
	if err != nil {
		return nil, err
	}
	return &Billing{client: client, web: http.DefaultClient, store: store}, nil
}

func (b *Billing) Run(ctx context.Context) error {
	for {
		fetches := b.client.PollFetches(ctx)
		if fetches.IsClientClosed() {
			return nil
		}
		fetches.EachError(func(topic string, partition int32, err error) {
			log.Printf("%s/%d: %v", topic, partition, err)
		})
		fetches.EachRecord(func(record *kgo.Record) {
			if err := b.store.Save(record.Value); err != nil {
				log.Printf("save: %v", err)
			}
		})
		if err := b.client.CommitUncommittedOffsets(ctx); err != nil {
			return err
		}
		b.client.AllowRebalance()
	}
}

func (b *Billing) Close() {
	b.web.CloseIdleConnections()
	b.client.Close()
}

type Shipper struct {
	producer *kgo.Client
}

func NewShipper(brokers []string) (*Shipper, error) {
	opts := []kgo.Opt{
		kgo.SeedBrokers(brokers...),
		kgo.RequiredAcks(kgo.LeaderAck()),
		kgo.DisableIdempotentWrite(),
		kgo.RecordDeliveryTimeout(30 * time.Second),
	}
	opts = append(opts, kgo.ProducerLinger(5*time.Millisecond))
	producer, err := kgo.NewClient(opts...)
	return &Shipper{producer: producer}, err
}

func (s *Shipper) Ship(ctx context.Context, parcel Parcel) error {
	record := &kgo.Record{Topic: "parcels", Key: []byte(parcel.ID), Value: parcel.Bytes()}
	return s.producer.ProduceSync(ctx, record).FirstErr()
}

func (s *Shipper) Note(ctx context.Context, text string) {
	s.producer.Produce(ctx, &kgo.Record{Topic: "notes", Value: []byte(text)}, nil)
	s.producer.Produce(ctx, kgo.KeyStringRecord("k", text), func(_ *kgo.Record, err error) {
		if err != nil {
			log.Printf("lost: %v", err)
		}
	})
	s.producer.ProduceSync(ctx, &kgo.Record{Topic: "notes", Value: []byte(text)})
}

func (s *Shipper) Stop(ctx context.Context) error {
	if err := s.producer.Flush(ctx); err != nil {
		return errors.Join(err, ctx.Err())
	}
	s.producer.Close()
	return nil
}

func watch(ctx context.Context, brokers []string, work func(*kgo.Record)) {
	marked, _ := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.ConsumerGroup("watch"), kgo.AutoCommitMarks())
	defer marked.Close()
	for ctx.Err() == nil {
		for _, record := range marked.PollRecords(ctx, 100).Records() {
			go work(record)
			marked.MarkCommitRecords(record)
		}
	}
}
