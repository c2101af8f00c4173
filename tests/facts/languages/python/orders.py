# ruff: noqa
# mypy: ignore-errors
# fmt: off
import confluent_kafka.admin
import asyncio as aio
from confluent_kafka import Consumer as C, Producer
from confluent_kafka.error import *

CONFIG = {"acks": "all", "retries": -1, 'linger.ms': 10_000, "nested": [True, None], **common}


@dataclass(frozen=True)
class Orders(Base[str], metaclass=Meta):
    topic: str = "orders"
    tries = 3

    def __init__(self, given: dict[str, str] | None = None, *rest, wait=5, **more):
        super().__init__()
        self.producer = Producer({"acks": "all"})
        self.conf["acks"] = "1"
        self.count += 1

    @app.agent(topic, concurrency=2)
    async def listen(self, stream) -> None:
        async for one in stream:
            try:
                result = await self.save(one)
                await commit()
            except (KafkaError, ValueError) as e:
                raise RuntimeError(f"lost {e}") from e
            except Exception:
                continue
            finally:
                self.close()  # always
            if result:
                break
            elif other():
                again()
            else:
                stop()

    def send(self):
        with open("a" "b") as f, self.lock():
            while True:
                f.poll(1.0)
        self.producer.produce(self.topic, key=b"k", on_delivery=lambda err, msg: print(err))
        a = b = make()
        (
            stream
            .map(ident)
            # the key
            .uid("x")
        )
        text = """two
  lines"""
        raw = r"\d+"
        if (n := count()) > 3:
            return n
        return self.wrap(make())

    def each(self):
        for one in self.count:
            yield one, self.topic
