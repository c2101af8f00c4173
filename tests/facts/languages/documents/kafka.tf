# Topics.
resource "kafka_topic" "scans" {
  name       = "scans"
  partitions = 12

  config = {
    "cleanup.policy" = "compact"
    "retention.ms"   = var.retention
  }

  lifecycle { prevent_destroy = true }
}

resource "aws_msk_cluster" "main" {
  configuration = <<EOT
auto.create.topics.enable = { true
EOT
  tags = {
    team = "parcel"
  }
}
