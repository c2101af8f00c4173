module example.org/parcel

go 1.23

require (
	github.com/segmentio/kafka-go v0.4.47
	github.com/twmb/franz-go v1.18.0 // indirect
)
