package shop;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

class Orders {
  void run(SparkSession spark) throws Exception {
    Dataset<Row> orders = spark
        .readStream()
        .format("kafka")
        .option("kafka.bootstrap.servers", "kafka:9092")
        .option("subscribePattern", "orders.*")
        .option("failOnDataLoss", false)
        .load();
    orders.selectExpr("key", "value")
        .writeStream()
        .format("kafka")
        .option("kafka.acks", "1")
        .option("topic", "copy")
        .start();
    orders.writeStream().foreachBatch((batch, id) -> store.save(batch)).option("checkpointLocation", "s3://lake/b").start();
  }
}
