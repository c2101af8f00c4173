from pyspark import SparkConf
from pyspark.sql import SparkSession

conf = SparkConf().setAppName("orders").set("spark.sql.streaming.checkpointLocation", "/tmp/checkpoint")
spark = SparkSession.builder.config(conf=conf).getOrCreate()


class Orders:
    def load(self, batch, batch_id):
        batch.write.format("delta").save("orders")

    def run(self, secure):
        options = {"kafka.bootstrap.servers": "kafka:9092", "subscribe": "orders", "failOnDataLoss": "false"}
        if secure:
            options["kafka.security.protocol"] = "SSL"
        orders = spark.readStream.format("kafka").options(**options).load()
        orders.writeStream.foreachBatch(self.load).option("checkpointLocation", f"s3a://{self.bucket}/orders").start()


class Refunds:
    def load(self, rows, batch_id):
        rows.write.format("delta").save("refunds")

    def run(self, refunds):
        refunds.writeStream.foreachBatch(self.load).start()
