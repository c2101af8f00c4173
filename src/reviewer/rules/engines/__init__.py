"""Rules about Spark, Beam, ksqlDB, Faust and Quix Streams on Kafka."""
