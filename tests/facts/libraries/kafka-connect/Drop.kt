package shop

import org.apache.kafka.connect.connector.ConnectRecord
import org.apache.kafka.connect.transforms.Transformation

class Drop<R : ConnectRecord<R>> : Transformation<R> {
    override fun apply(record: R): R? {
        if (isOld(record)) return null
        return record
    }
}
