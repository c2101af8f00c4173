const kafka = require('kafka-node');

const client = new kafka.KafkaClient({ kafkaHost: 'kafka:9092' });
const producer = new kafka.Producer(client, { requireAcks: 0, partitionerType: 2 });
const safe = new kafka.HighLevelProducer(client, { requireAcks: -1 });

const group = new kafka.ConsumerGroup(
  { kafkaHost: 'kafka:9092', groupId: 'billing', autoCommit: false, fromOffset: 'latest', sessionTimeout: 15000 },
  ['orders'],
);

group.on('message', async (message) => {
  try {
    await store.save(message.value);
  } catch (error) {
    console.error('not saved', error);
  }
  producer.send([{ topic: 'invoices', messages: message.value, key: message.key }]);
  safe.send([{ topic: 'audit', messages: [message.value] }], (error) => {
    if (error) throw error;
  });
  group.commit((error) => error && console.error(error));
});

const plain = new kafka.Consumer(client, [{ topic: 'refunds', partition: 0 }], { fromOffset: true });
plain.on('message', handle);

function handle(message) {
  store.refund(message.value);
}

process.on('SIGTERM', () => group.close(true, () => process.exit(0)));
