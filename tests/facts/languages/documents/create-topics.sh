#!/bin/bash
# Topics of the shop.
export KAFKA_AUTO_OFFSET_RESET="latest"
LOCAL=1
kafka-topics.sh --create --topic parcels \
  --partitions 12
