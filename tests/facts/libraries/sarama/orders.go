package orders

import (
	"context"
	"log"
	"time"

	"github.com/IBM/sarama"
)

const topic = "orders"

type Service struct {
	producer sarama.SyncProducer
	audit    sarama.AsyncProducer
	store    Store
}

func newConfig() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.V3_6_0_0
	config.Producer.RequiredAcks = sarama.WaitForLocal
	config.Producer.Idempotent = false
	config.Producer.Return.Successes = true
	config.Consumer.Offsets.Initial = sarama.OffsetNewest
	return config
}

func New(brokers []string, store Store) (*Service, error) {
	config := newConfig()
	config.Producer.Retry.Max = 10
	producer, err := sarama.NewSyncProducer(brokers, config)
	if err != nil {
		return nil, err
	}
	audit, err := sarama.NewAsyncProducer(brokers, nil)
	if err != nil {
		return nil, err
	}
	go func() {
		for failure := range audit.Errors() {
			log.Printf("audit: %v", failure)
		}
	}()
	return &Service{producer: producer, audit: audit, store: store}, nil
}

func (s *Service) Publish(order Order) error {
	_, _, err := s.producer.SendMessage(&sarama.ProducerMessage{
		Topic: topic,
		Key:   sarama.StringEncoder(order.ID),
		Value: sarama.ByteEncoder(order.Bytes()),
	})
	return err
}

func (s *Service) Note(order Order) {
	record := &sarama.ProducerMessage{Topic: "audit", Value: sarama.ByteEncoder(order.Bytes())}
	s.audit.Input() <- record
}

func (s *Service) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		order, err := decode(message.Value)
		if err != nil {
			log.Printf("skipped: %v", err)
			continue
		}
		if err := s.store.Save(order); err != nil {
			log.Printf("save: %v", err)
		}
		session.MarkMessage(message, "")
	}
	return nil
}

type watcher struct{ done chan struct{} }

func (w *watcher) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, ok := <-claim.Messages():
			if !ok {
				return nil
			}
			go w.handle(message)
			session.MarkMessage(message, "")
			session.Commit()
		case <-session.Context().Done():
			return nil
		}
	}
}

func (w *watcher) handle(message *sarama.ConsumerMessage) {
	w.done <- struct{}{}
}

func Run(ctx context.Context, brokers []string, service *Service) error {
	config := sarama.NewConfig()
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.Group.Session.Timeout = 20 * time.Second
	group, err := sarama.NewConsumerGroup(brokers, "billing", config)
	if err != nil {
		return err
	}
	defer group.Close()
	for {
		if err := group.Consume(ctx, []string{topic}, service); err != nil {
			return err
		}
	}
}
