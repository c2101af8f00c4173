package orders

import (
	"fmt"
	"log"
	"os"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

const groupID = "billing"

var topic = "orders"

type Billing struct {
	consumer *kafka.Consumer
	producer *kafka.Producer
	store    Store
}

func New(brokers string, store Store) (*Billing, error) {
	config := &kafka.ConfigMap{
		"bootstrap.servers":        brokers,
		"group.id":                 groupID,
		"auto.offset.reset":        "latest",
		"enable.auto.offset.store": false,
	}
	config.SetKey("session.timeout.ms", 30000)
	consumer, err := kafka.NewConsumer(config)
	if err != nil {
		return nil, err
	}
	producer, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": brokers, "acks": 1, "go.batch.producer": os.Getenv("BATCH")})
	if err != nil {
		return nil, err
	}
	return &Billing{consumer: consumer, producer: producer, store: store}, nil
}

func (b *Billing) Run(stop <-chan os.Signal) error {
	if err := b.consumer.SubscribeTopics([]string{topic}, nil); err != nil {
		return err
	}
	defer b.consumer.Close()
	for {
		select {
		case <-stop:
			return nil
		default:
			event := b.consumer.Poll(100)
			switch e := event.(type) {
			case *kafka.Message:
				if err := b.store.Save(e.Value); err != nil {
					log.Printf("save: %v", err)
					continue
				}
				if _, err := b.consumer.StoreMessage(e); err != nil {
					return err
				}
			case kafka.Error:
				return fmt.Errorf("consumer: %w", e)
			}
		}
	}
}

func (b *Billing) Watch() {
	for {
		message, err := b.consumer.ReadMessage(-1)
		if err != nil {
			log.Println(err)
			continue
		}
		go b.store.Save(message.Value)
		b.consumer.CommitMessage(message)
	}
}

func (b *Billing) Publish(order Order) error {
	return b.producer.Produce(&kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny},
		Key:            []byte(order.ID),
		Value:          order.Bytes(),
	}, nil)
}

func (b *Billing) PublishAndWait(order Order) error {
	reports := make(chan kafka.Event, 1)
	message := kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic}, Value: order.Bytes()}
	if err := b.producer.Produce(&message, reports); err != nil {
		return err
	}
	report := (<-reports).(*kafka.Message)
	return report.TopicPartition.Error
}

func (b *Billing) Close() {
	if left := b.producer.Flush(15000); left > 0 {
		log.Printf("%d not delivered", left)
	}
	b.producer.Close()
}
