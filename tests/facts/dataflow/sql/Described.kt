package org.example.parcels

import org.apache.flink.table.api.DataTypes
import org.apache.flink.table.api.Schema
import org.apache.flink.table.api.TableDescriptor
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment

const val GROUP = "parcel-counts"

fun declare(tables: StreamTableEnvironment, broker: String) {
    val schema = Schema.newBuilder()
        .column("id", DataTypes.STRING())
        .column("at", DataTypes.TIMESTAMP(3))
        .columnByExpression("seen", "PROCTIME()")
        .watermark("at", "at - INTERVAL '5' SECOND")
        .primaryKey("id")
        .build()
    val scans = TableDescriptor.forConnector("kafka")
        .schema(schema)
        .option("topic", "scans")
        .option("properties.group.id", GROUP)
        .option(KafkaConnectorOptions.PROPS_BOOTSTRAP_SERVERS, broker)
        .format("json")
        .build()
    tables.createTemporaryTable("scans", scans)
    tables.executeSql("""
        INSERT INTO counts
        SELECT COUNT(*) FROM ${TABLES} WHERE id <> '$GROUP' -- the group itself
        """.trimIndent())
}
