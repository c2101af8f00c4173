package orders

import (
	"context"

	"github.com/IBM/sarama"
	"github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka"
	"github.com/ThreeDotsLabs/watermill/message"
)

func run(ctx context.Context, brokers []string) error {
	settings := kafka.DefaultSaramaSubscriberConfig()
	settings.Consumer.Offsets.Initial = sarama.OffsetNewest
	subscriber, err := kafka.NewSubscriber(kafka.SubscriberConfig{
		Brokers:               brokers,
		Unmarshaler:           kafka.DefaultMarshaler{},
		ConsumerGroup:         "billing",
		OverwriteSaramaConfig: settings,
	}, logger)
	if err != nil {
		return err
	}
	messages, err := subscriber.Subscribe(ctx, "orders")
	for msg := range messages {
		if err := place(msg.Payload); err != nil {
			msg.Nack()
			continue
		}
		msg.Ack()
	}
	return nil
}

func publish(brokers []string, orders []Order) error {
	publisher, err := kafka.NewPublisher(kafka.PublisherConfig{Brokers: brokers, Marshaler: kafka.DefaultMarshaler{}}, logger)
	if err != nil {
		return err
	}
	for _, order := range orders {
		publisher.Publish("orders", message.NewMessage(order.ID, order.Payload))
	}
	return publisher.Close()
}

func route(router *message.Router, subscriber message.Subscriber, publisher message.Publisher) {
	router.AddNoPublisherHandler("billing", "orders", subscriber, func(msg *message.Message) error {
		return place(msg.Payload)
	})
	router.AddHandler("totals", "orders", subscriber, "totals", publisher, func(msg *message.Message) ([]*message.Message, error) {
		go note(msg)
		return []*message.Message{total(msg)}, nil
	})
}
