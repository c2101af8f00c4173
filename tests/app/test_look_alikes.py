"""What only sounds like it costs no token: Node streams, java.util.stream, RxJS, queues and objects of a cloud, partitions in SQL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from app.conftest import git
from app.test_cli_claude_hostile import claude
from fakes.claude import FakeClaude

from reviewer.app.cli import main
from reviewer.rules.examples import read_examples

__all__ = ["claude"]

TREES = {
    "Node streams": """
--- package.json
 {
   "name": "log-mill",
-  "version": "1.4.0",
+  "version": "1.4.1",
   "dependencies": {"split2": "^4.2.0", "through2": "^4.0.2"}
 }
--- src/mill.ts
 import { createReadStream } from 'node:fs';
 import { Transform, Writable, pipeline } from 'node:stream';
 import { promisify } from 'node:util';

 const run = promisify(pipeline);

 export class Batches extends Transform {
   private offset = 0;
   private batch: string[] = [];

   constructor(private readonly size: number) {
-    super({ objectMode: true, highWaterMark: 16 });
+    super({ objectMode: true, highWaterMark: 64 });
   }

   _transform(record: string, _encoding: string, done: () => void) {
     this.offset += record.length;
     if (this.batch.push(record) === this.size) this.flushBatch();
-    done();
+    setImmediate(done);
   }

   _flush(done: () => void) {
-    this.flushBatch();
     done();
   }

   private flushBatch() {
     this.push(this.batch);
     this.batch = [];
   }
 }

 export const consume = (path: string, sink: Writable) => run(createReadStream(path), new Batches(100), sink);
--- src/producer.js
 const { EventEmitter } = require('events');

 class Producer extends EventEmitter {
   send(message) {
-    this.emit('message', message);
+    process.nextTick(() => this.emit('message', message));
   }
 }

 module.exports = { Producer };
--- test/mill.test.js
 const { Readable } = require('stream');
-test('reads', () => Readable.from(['a']));
+test('reads', () => Readable.from(['a', 'b']));
""",
    "java.util.stream": """
--- pom.xml
 <project>
   <groupId>org.example</groupId>
   <artifactId>ranks</artifactId>
-  <version>3</version>
+  <version>4</version>
   <dependencies>
     <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId><version>33.0.0-jre</version></dependency>
   </dependencies>
 </project>
--- src/main/java/org/example/ranks/Ranks.java
 package org.example.ranks;

 import java.util.List;
 import java.util.Map;
 import java.util.function.Consumer;
 import java.util.function.Supplier;
 import java.util.stream.Collectors;
 import java.util.stream.Stream;

 public class Ranks {
   private final Supplier<Stream<Score>> source;

   Ranks(Supplier<Stream<Score>> source) {
     this.source = source;
   }

   Map<Boolean, List<Score>> partition(long offset) {
-    return source.get().skip(offset).collect(Collectors.partitioningBy(Score::isTop));
+    return source.get().parallel().skip(offset).collect(Collectors.partitioningBy(Score::isTop));
   }

   void process(Consumer<Score> consumer) {
-    source.get().forEachOrdered(consumer);
+    source.get().forEach(consumer);
   }
 }
--- src/main/java/org/example/ranks/ScoreRepository.java
 package org.example.ranks;

 import java.sql.Connection;

 class ScoreRepository {
   void save(Connection connection, Score score) throws Exception {
     insert(connection, score);
-    connection.commit();
   }
 }
--- src/main/java/org/example/ranks/Events.java
 package org.example.ranks;

 import org.springframework.context.event.EventListener;

 class Events {
   @EventListener
   void on(ScoreChanged event) {
-    queue.poll();
+    queue.take();
   }
 }
""",
    "RxJS": """
--- package.json
 {"name": "desk", "dependencies": {"rxjs": "^7.8.1", "@angular/core": "^18.0.0"}}
--- src/app/feed.service.ts
 import { Injectable } from '@angular/core';
 import { BehaviorSubject, Subject, bufferTime, concatMap, mergeMap, retry, share } from 'rxjs';

 @Injectable({ providedIn: 'root' })
 export class FeedService {
   private readonly topic$ = new Subject<Message>();
   readonly state$ = new BehaviorSubject<Message[]>([]);

   readonly stream$ = this.topic$.pipe(
-    concatMap((message) => this.process(message)),
+    mergeMap((message) => this.process(message), 4),
     retry({ count: 3, delay: 500 }),
     bufferTime(200),
     share(),
   );

   publish(message: Message) {
-    this.topic$.next(message);
+    queueMicrotask(() => this.topic$.next(message));
   }

   acknowledge(id: string) {
-    this.commit(id);
+    void this.commit(id);
   }
 }
--- src/app/consumer.ts
 import { Observable, Subscription } from 'rxjs';

 export class Consumer {
   private subscription?: Subscription;

   consume(events: Observable<unknown>) {
-    this.subscription = events.subscribe();
+    this.subscription = events.subscribe({ error: () => this.rebalance() });
   }
 }
""",
    "queues and objects of a cloud": """
--- requirements.txt
-boto3==1.34.0
+boto3==1.35.0
--- worker/handler.py
 import json

 import boto3

 sqs = boto3.client("sqs")
 s3 = boto3.client("s3")


 def handler(event, context):
     failures = []
     for record in event["Records"]:
         try:
             body = json.loads(record["body"])
             s3.put_object(Bucket="orders", Key=body["id"], Body=record["body"])
-        except ValueError:
-            failures.append({"itemIdentifier": record["messageId"]})
+        except ValueError:
+            continue
     return {"batchItemFailures": failures}
--- worker/consumer.ts
 import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

 export class QueueConsumer {
   constructor(private readonly client: SQSClient, private readonly queue: string) {}

   async poll() {
     const { Messages = [] } = await this.client.send(new ReceiveMessageCommand({ QueueUrl: this.queue, MaxNumberOfMessages: 10 }));
     for (const message of Messages) {
-      await this.process(message);
-      await this.ack(message.ReceiptHandle);
+      await this.ack(message.ReceiptHandle);
+      await this.process(message);
     }
   }

   private ack(handle?: string) {
     return this.client.send(new DeleteMessageCommand({ QueueUrl: this.queue, ReceiptHandle: handle }));
   }
 }
--- config/worker.yml
 oauth:
   client-id: worker
 queue:
-  batch-size: 10
+  batch-size: 100
   retries: 3
   request-timeout-ms: 2000
--- infra/main.tf
 resource "aws_sqs_queue" "orders" {
   name                      = "orders"
-  message_retention_seconds = 345600
+  message_retention_seconds = 60
 }
 resource "aws_s3_bucket_notification" "orders" {
   bucket = "orders"
 }
--- serverless.yml
 functions:
   handler:
     events:
       - sqs:
           arn: arn:aws:sqs:eu-central-1:1:orders
-          batchSize: 10
+          batchSize: 100
""",
    "partitions and windows in SQL": """
--- dbt_project.yml
 name: shop
-version: 1.0.0
+version: 1.1.0
--- models/marts/orders_ranked.sql
 select
   order_id,
   customer_id,
-  row_number() over (partition by customer_id order by ordered_at) as nth,
+  row_number() over (partition by customer_id, channel order by ordered_at) as nth,
   sum(cents) over (partition by customer_id order by ordered_at rows between 6 preceding and current row) as week,
   lag(cents) over (partition by customer_id order by ordered_at) as previous
 from {{ ref('stg_orders') }}
-where ordered_at > '2024-01-01'
+where ordered_at > '2023-01-01'
--- models/marts/schema.yml
 version: 2
 models:
   - name: orders_ranked
     config:
       materialized: incremental
-      unique_key: order_id
+      unique_key: [order_id, channel]
       partition_by: {field: ordered_at, data_type: timestamp}
--- migrations/0042_partitions.sql
 CREATE TABLE events (id bigint, at timestamptz NOT NULL, topic text) PARTITION BY RANGE (at);
-CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
+ALTER TABLE events DETACH PARTITION events_2024;
 SELECT * FROM events ORDER BY at LIMIT 100 OFFSET 200;
--- etl/load.py
 import psycopg


 def load(connection, day, offset=0):
     with connection.cursor() as cursor:
         cursor.execute("select * from events where at = %s limit 100 offset %s", (day, offset))
         batch = cursor.fetchall()
-    connection.commit()
     return batch
""",
}


@pytest.mark.parametrize("kind", TREES)
def test_look_alikes_cost_no_token(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    (example,) = read_examples(f"### good: {kind}{TREES[kind]}")
    (repo / "Orders.java").unlink()
    for is_after in (False, True):
        for file in example.files:
            path = repo / (file.new_path or "")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text((file.after if is_after else file.before) or "", encoding="utf-8")
        if not is_after:
            git(repo, "add", "-A")
            git(repo, "commit", "-qm", "before")
    assert main(["review", "--repo", str(repo), "--format", "json", "--engine", "claude"]) == 0
    report = json.loads(capsys.readouterr().out)
    streaming = [(item["path"], item["reason"]) for item in report["coverage"] if item["outcome"] != "not-streaming"]
    assert streaming == [] and report["status"] == "no-streaming-code" and len(report["coverage"]) >= 2
    assert claude.requests == [] and report["usage"]["requests"] == 0 and report["findings"] == []
    assert main(["review", "--repo", str(repo), "--engine", "claude", "--show-prompt"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "" and "nothing would be sent" in shown.err
