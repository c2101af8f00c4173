//! Counts parcels.
use rdkafka::consumer::{CommitMode, Consumer as Reader, StreamConsumer};
use rdkafka::config::ClientConfig;
use std::time::*;
extern crate log;

const TOPIC: &str = "parcels";
static TRIES: u32 = 3;

/// What is kept.
pub trait Store {
    fn put(&self, key: &[u8]) -> Result<(), Error>;
}

#[derive(Debug, Clone)]
pub struct Orders<S: Store> {
    consumer: StreamConsumer,
    store: S,
}

pub enum State { Idle, Busy(u8) }

impl<S: Store> Orders<S> {
    pub fn new(store: S) -> Self {
        let consumer: StreamConsumer = ClientConfig::new()
            .set("group.id", "parcels")
            .set("enable.auto.commit", "false")
            .create()
            .expect("no consumer");
        Self { consumer, store }
    }

    #[tracing::instrument(skip(self))]
    pub async fn run(&mut self) -> Result<(), Error> {
        loop {
            let message = self.consumer.recv().await?;
            match self.store.put(message.key().unwrap()) {
                Ok(_) => self.consumer.commit_message(&message, CommitMode::Async)?,
                Err(e) => continue,
            }
            self.count += 1;
            tokio::spawn(async move { handle(message).await });
        }
        while let Some(one) = next() { use_it(one); }
        for m in messages.iter().filter(|m| m.is_ok()) { let _ = m; break; }
        if self.done { return Ok(()); } else { panic!("lost {}", 1) }
    }
}

impl Store for Memory {
    fn put(&self, key: &[u8]) -> Result<(), Error> { Ok(()) /* nothing */ }
}

mod inner {
    pub fn go() { super::start(r#"raw"#, 1_000u64, -1, true) }
}

macro_rules! send { ($t:expr) => { producer.send($t) } }
