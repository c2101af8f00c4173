use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::error::KafkaResult;
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, FutureProducer, FutureRecord, Producer};
use tracing::{error, warn};

const TOPIC: &str = "orders";

pub struct Billing {
    consumer: StreamConsumer,
    producer: Arc<FutureProducer>,
    store: Store,
}

fn open(brokers: &str) -> KafkaResult<StreamConsumer> {
    ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "billing")
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "latest")
        .create()
}

impl Billing {
    pub fn new(brokers: &str, store: Store) -> KafkaResult<Self> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", brokers);
        config.set("acks", "1");
        config.set("message.timeout.ms", timeout());
        let producer: FutureProducer = config.create()?;
        Ok(Billing { consumer: open(brokers)?, producer: Arc::new(producer), store })
    }

    pub async fn run(&self) -> KafkaResult<()> {
        self.consumer.subscribe(&[TOPIC])?;
        loop {
            match self.consumer.recv().await {
                Err(e) => warn!("kafka: {}", e),
                Ok(message) => {
                    if let Err(e) = self.store.save(message.payload()).await {
                        error!("save: {}", e);
                    }
                    self.consumer.commit_message(&message, CommitMode::Async)?;
                }
            }
        }
    }

    pub async fn stream(&self) {
        let mut stream = self.consumer.stream();
        while let Some(next) = stream.next().await {
            if let Ok(message) = next {
                let order = Order::parse(message.payload());
                tokio::spawn(handle(order));
                self.consumer.store_offset_from_message(&message).unwrap();
            }
        }
    }

    pub async fn publish(&self, order: &Order) -> Result<(), Failure> {
        let record = FutureRecord::to(TOPIC).key(&order.id).payload(&order.bytes);
        self.producer.send(record, Duration::from_secs(5)).await.map_err(|(e, _)| Failure::from(e))?;
        Ok(())
    }

    pub async fn note(&self, text: &str) {
        let _ = self.producer.send(FutureRecord::<(), _>::to("notes").payload(text), Duration::ZERO).await;
        self.producer.send_result(FutureRecord::<(), _>::to("notes").payload(text)).ok();
        if let Err((e, _)) = self.producer.send(FutureRecord::<(), _>::to("notes").payload(text), Duration::ZERO).await {
            error!("note: {}", e);
        }
    }

    pub fn close(&self) {
        self.producer.flush(Duration::from_secs(10)).expect("flushed");
    }
}

pub fn ship(brokers: &str, parcels: &[Parcel]) {
    let producer = ClientConfig::new().set("bootstrap.servers", brokers).create::<BaseProducer>().expect("producer");
    for parcel in parcels {
        producer.send(BaseRecord::to("parcels").key(&parcel.id).payload(&parcel.bytes)).expect("queued");
        producer.poll(Duration::ZERO);
    }
    producer.flush(Duration::from_secs(10)).unwrap();
}
