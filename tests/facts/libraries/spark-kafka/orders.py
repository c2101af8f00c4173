import logging

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json, window

log = logging.getLogger(__name__)
CHECKPOINT = "s3://lake/checkpoints/orders"

spark = (
    SparkSession.builder.appName("orders")
    .config("spark.sql.shuffle.partitions", "64")
    .getOrCreate()
)

orders = (
    spark.readStream.format("kafka")
    .option("kafka.bootstrap.servers", "kafka:9092")
    .option("subscribe", "orders")
    .option("startingOffsets", "earliest")
    .option("failOnDataLoss", "false")
    .option("kafka.group.id", "billing")
    .options(maxOffsetsPerTrigger=10000, includeHeaders=True)
    .load()
)


def save(batch, batch_id):
    try:
        batch.write.mode("append").saveAsTable("orders")
    except Exception:
        log.exception("not saved")


def run():
    totals = (
        orders.select(from_json(col("value").cast("string"), schema).alias("order"))
        .withWatermark("at", "10 minutes")
        .dropDuplicates(["id", "at"])
        .groupBy(window("at", "5 minutes"), "customer")
        .count()
    )
    totals.selectExpr("customer AS key", "to_json(struct(*)) AS value").writeStream.format("kafka").option(
        "kafka.bootstrap.servers", "kafka:9092"
    ).option("kafka.acks", "1").option("topic", "totals").option("checkpointLocation", CHECKPOINT).outputMode(
        "update"
    ).trigger(availableNow=True).start()
    query = orders.writeStream.foreachBatch(save).option("checkpointLocation", "/tmp/orders").queryName("orders").start()
    query.awaitTermination()
