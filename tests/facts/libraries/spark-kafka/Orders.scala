package shop

import org.apache.spark.sql.{DataFrame, SparkSession}
import org.apache.spark.sql.streaming.Trigger

object Orders {
  def main(args: Array[String]): Unit = {
    val spark = SparkSession.builder().appName("orders").getOrCreate()
    val orders = spark.readStream
      .format("kafka")
      .option("kafka.bootstrap.servers", "kafka:9092")
      .option("subscribe", "orders")
      .option("startingOffsets", "latest")
      .option("kafka.isolation.level", "read_uncommitted")
      .load()

    orders
      .withWatermark("timestamp", "1 hour")
      .writeStream
      .option("checkpointLocation", "s3://lake/orders")
      .trigger(Trigger.ProcessingTime("1 minute"))
      .foreachBatch { (batch: DataFrame, id: Long) =>
        store.save(batch, id)
      }
      .start()
  }
}
