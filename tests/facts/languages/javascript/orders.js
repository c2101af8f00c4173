// Counts parcels.
const { Kafka, logLevel: level } = require('kafkajs')
const fs = require("fs")
import rdkafka, { Producer as Sender } from 'node-rdkafka'
const lazy = () => import('kafka-node')

const kafka = new Kafka({ clientId: 'orders', brokers: process.env.BROKERS.split(',') })

class Orders extends Base {
  #count = 0
  static retries = 3

  async run() {
    const consumer = kafka.consumer({ groupId: 'parcels', ...common })
    await consumer.connect()
    try {
      await consumer.run({ eachMessage: async ({ message }) => { await save(message) } })
    } catch {
      return null
    }
    this.#count++
  }
}

function* batches(size = 10) {
  yield [1, "two", true, null]
}

module.exports.start = function (topic, done) {
  producer.send({ topic, messages: [] }, (err) => { if (err) done(err) })
}

/* block
   comment */
exports.stop = async () => process.exit(0)

const handlers = {
  onMessage(message) { use(message) },
  onError: (error) => { throw error },
}
